"""A results file into the database, in the caller's one transaction, as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain
from typing import BinaryIO

from sqlmodel import Session, func, select

from core import audit, retakes
from core.announcements import announce
from core.intake.ahead import chunks
from core.intake.checking import Checked, stored_names
from core.intake.dates import settled
from core.intake.ingested import Ingested
from core.intake.readers import Columns, CsvReader, Reader, columns_of, open_reader
from core.intake.rejects import Rejects
from core.intake.store import Store
from core.phrases import Phrase, counted, say
from core.refusals import Kind, Refusal
from core.tables import Arrival
from core.terms import DateFormat, Surface

LOADS = 7_315_201
"""The advisory lock that makes one load follow another on PostgreSQL; SQLite has one writer."""

DATES = ("test_date", "date_of_birth")
SHOWN_PROBLEMS = 5


def ingest(
    session: Session,
    organisation_id: int,
    stream: BinaryIO,
    *,
    source: str,
    now: datetime,
    rejects: Rejects,
    date_format: DateFormat | None = None,
    strict: bool = False,
    deliver: bool = True,
    surface: Surface = Surface.CONSOLE,
    progress: Callable[[int], None] | None = None,
) -> Ingested:
    """Load a seekable file; raise Refusal, for the caller to roll back, if it cannot be read.

    Bad rows go to `rejects` and are counted; with `strict` one of them refuses the whole file.
    `progress` hears how many bytes are read. Without `deliver` the results are only kept.
    """
    reader = open_reader(stream)
    columns = columns_of(reader)
    chosen = date_format or settled(_dates(reader, columns), now.date())
    arrival = _arrival(session, organisation_id, source, now)
    assert arrival.id is not None  # noqa: S101  flushed
    told = Ingested(arrival.id, source, unknown_columns=columns.unknown, delivers=deliver)
    rejects.describe(reader.format, reader.headings, _delimiter(reader))
    with (
        closing(Store(session, arrival, stored_names(columns), told, now)) as store,
        closing(chunks(stream, reader, columns, chosen, now.date())) as found,
    ):
        load = _Load(store, told, rejects)
        for chunk in found:
            load.add(chunk)
            if progress is not None:
                progress(chunk.read)
        store.finish()
    if strict and told.rejected:
        raise _strictly(told)
    _finish(session, arrival, told, rejects, now, surface)
    return told


class _Load:
    """Where a file's good rows go, and the bad ones."""

    def __init__(self, store: Store, told: Ingested, rejects: Rejects) -> None:
        self._store, self._told, self._rejects = store, told, rejects

    def add(self, chunk: Checked) -> None:
        """Store the good rows, list the others."""
        for line, row, problems in chunk.rejected:
            self._reject(line, row, problems)
        self._told.warnings.update(chunk.oddities)
        self._told.held += chunk.held
        if chunk.columns:
            self._store.add(chunk.columns)

    def _reject(self, line: int, row: Sequence[str], problems: Sequence[Phrase]) -> None:
        self._told.rejected += 1
        self._told.problems.update(problems)
        listed = _listed(problems)
        if len(self._told.first_problems) < SHOWN_PROBLEMS:
            self._told.first_problems.append((line, listed))
        self._rejects.add(line, row, listed)


def _listed(problems: Sequence[Phrase]) -> Phrase:
    first, *others = problems
    return say("{first}; {others}", first=first, others=_listed(others)) if others else first


def _dates(reader: Reader, columns: Columns) -> Iterator[str]:
    places = [place for place, name in columns.known if name in DATES]
    rows = chain.from_iterable(chunk.rows for chunk in reader.chunks())
    return (cell for row in rows for place in places if (cell := row[place].strip()))


def _arrival(session: Session, organisation_id: int, source: str, now: datetime) -> Arrival:
    """Loads follow one another, so that arrivals are committed in the order of their ids.

    Whoever has seen one arrival has seen all before it: digests and cursors rely on that.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOADS)))
    arrival = Arrival(organisation_id=organisation_id, source=source[-255:], arrived_at=now)
    session.add(arrival)
    session.flush()
    return arrival


def _finish(
    session: Session,
    arrival: Arrival,
    told: Ingested,
    rejects: Rejects,
    now: datetime,
    surface: Surface,
) -> None:
    told.rejects = str(rejects.path) if told.rejected else None
    counts = {
        name: getattr(told, name)
        for name in ("new", "changed", "unchanged", "rejected", "delivered")
    }
    for name, count in counts.items():
        setattr(arrival, name, count)
    session.flush()
    if told.new <= retakes.FEW:
        retakes.note(session)
    announce(session, arrival, now=now)
    audit.record_system(
        session,
        arrival.organisation_id,
        "arrival:ingested",
        now=now,
        surface=surface,
        subject=arrival.source,
        **counts,
    )


def _strictly(told: Ingested) -> Refusal:
    shown = "; ".join(f"line {line}: {problem}" for line, problem in told.first_problems)
    return Refusal(
        Kind.USAGE,
        "rows_bad",
        counted(
            told.rejected,
            "{n} row is bad, so nothing was loaded ({shown}). Mend it, or load without --strict.",
            "{n} rows are bad, so nothing was loaded ({shown}). "
            "Mend them, or load without --strict.",
            shown=shown,
        ),
    )


def _delimiter(reader: Reader) -> str:
    return reader.delimiter if isinstance(reader, CsvReader) else ","
