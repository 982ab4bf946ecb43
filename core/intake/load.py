"""A results file into the database, in the caller's one transaction, as a stream."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import datetime
from itertools import chain
from typing import Any, BinaryIO

from sqlmodel import Session, func, select

from core import audit, retakes
from core.announcements import announce
from core.intake import headings
from core.intake.checks import Check, across, checks_for
from core.intake.dates import settled
from core.intake.headings import POSTAL
from core.intake.hints import odd_ones
from core.intake.ingested import Ingested
from core.intake.readers import Chunk, Columns, CsvReader, Reader, columns_of, open_reader
from core.intake.rejects import Rejects
from core.intake.store import Store
from core.phrases import Phrase, counted, say
from core.refusals import Kind, Refusal
from core.tables import Arrival
from core.terms import RELEASED, DateFormat, Format, Surface

LOADS = 7_315_201
"""The advisory lock that makes one load follow another on PostgreSQL; SQLite has one writer."""

DATES = ("test_date", "date_of_birth")
LINES = tuple(f"address_line_{n}" for n in range(1, 5))
LINE_LENGTH = 100
SHOWN_PROBLEMS = 5
RAGGED = say("The row has more or fewer cells than the header")


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
    with closing(
        _Load(session, arrival, columns, reader.format, chosen, told, rejects, now)
    ) as load:
        for chunk in reader.chunks():
            load.add(chunk)
            if progress is not None:
                progress(stream.tell())
        load.finish()
    if strict and told.rejected:
        raise _strictly(told)
    _finish(session, arrival, told, rejects, now, surface)
    return told


class _Load:
    """One file's columns, their checks, and where the good and the bad rows go."""

    def __init__(
        self,
        session: Session,
        arrival: Arrival,
        columns: Columns,
        format: Format,
        date_format: DateFormat,
        told: Ingested,
        rejects: Rejects,
        now: datetime,
    ) -> None:
        self._places = [place for place, _ in columns.known]
        self._names = [name for _, name in columns.known]
        self._checks: list[Check] = checks_for(
            self._names, date_format, now.date(), restores=format is Format.CSV
        )
        self._told, self._rejects = told, rejects
        self._splits_address = POSTAL in self._names and not set(LINES) & set(self._names)
        stored = [*self._names, *(LINES if self._splits_address else ())]
        self._store = Store(session, arrival, stored, told, now)

    def add(self, chunk: Chunk) -> None:
        """Check a chunk and store its good rows."""
        for line, row in chunk.ragged:
            self._reject(line, row, [RAGGED])
        if not chunk.rows:
            return
        columns, problems = self._checked(chunk.rows)
        if problems:
            for at in sorted(problems):
                self._reject(chunk.lines[at], chunk.rows[at], problems[at])
            columns = _without(columns, problems)
        if columns["trf_number"]:
            self._count_oddities(columns)
            self._store.add(columns)

    def finish(self) -> None:
        """Store what waits for more."""
        self._store.finish()

    def close(self) -> None:
        """Leave the connection as others need it."""
        self._store.close()

    def _checked(
        self, rows: Sequence[Sequence[str]]
    ) -> tuple[dict[str, Sequence[Any]], dict[int, list[Phrase]]]:
        cells = list(zip(*rows, strict=True))
        columns: dict[str, Sequence[Any]] = {}
        problems: defaultdict[int, list[Phrase]] = defaultdict(list)
        for place, name, check in zip(self._places, self._names, self._checks, strict=True):
            columns[name], found = check(cells[place])
            _add(problems, found)
        if self._splits_address:
            columns |= zip(LINES, _address_lines(columns[POSTAL]), strict=True)
        _add(problems, across(columns, len(rows)), unless=problems.keys())
        return columns, problems

    def _count_oddities(self, columns: dict[str, Sequence[Any]]) -> None:
        self._told.warnings.update({hint: n for hint, n in odd_ones(columns).items() if n})
        statuses = columns.get(headings.STATUS)
        if statuses is not None:
            self._told.held += len(statuses) - list(statuses).count(RELEASED)

    def _reject(self, line: int, row: Sequence[str], problems: Sequence[Phrase]) -> None:
        self._told.rejected += 1
        self._told.problems.update(problems)
        listed = _listed(problems)
        if len(self._told.first_problems) < SHOWN_PROBLEMS:
            self._told.first_problems.append((line, listed))
        self._rejects.add(line, row, listed)


def _add(
    problems: defaultdict[int, list[Phrase]],
    found: Mapping[int, Phrase],
    *,
    unless: AbstractSet[int] = frozenset(),
) -> None:
    new = [(row, problem) for row, problem in found.items() if row not in unless]
    for row, problem in new:
        problems[row].append(problem)


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


def _without(
    columns: dict[str, Sequence[Any]], problems: Mapping[int, object]
) -> dict[str, Sequence[Any]]:
    return {
        name: [cell for row, cell in enumerate(cells) if row not in problems]
        for name, cells in columns.items()
    }


def _address_lines(addresses: Sequence[str | None]) -> list[list[str]]:
    """A joined address over four lines of up to 100 characters, parted at blanks."""
    split = [_four_lines(address or "") for address in addresses]
    return [list(line) for line in zip(*split, strict=True)]


def _four_lines(address: str) -> list[str]:
    lines: list[str] = []
    rest = address
    while len(rest) > LINE_LENGTH and len(lines) < len(LINES) - 1:
        cut = rest.rfind(" ", 0, LINE_LENGTH + 1)
        end = cut if cut > 0 else LINE_LENGTH
        lines.append(rest[:end])
        rest = rest[end:].lstrip()
    return [*lines, rest[:LINE_LENGTH], "", "", ""][: len(LINES)]
