"""One run of a job, noted where administrators and /metrics can see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import uuid4

import structlog
from sqlalchemy import select, update
from sqlmodel import Session, col

from core.database import Database
from core.statements import affected, insert_new
from core.tables import TickRun
from scheduler.jobs import Clockwork
from scheduler.timetable import Entry

log = structlog.get_logger(__name__)

NOTED_AFTER = timedelta(minutes=1)
"""A run that did nothing is noted so often only: noting is a write, and ticks are many."""

_TICK_RUN = TickRun.__table__  # type: ignore[attr-defined]
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def run(entry: Entry, work: Clockwork) -> str:
    """Run a job unless it rests; '' or what went wrong, with the reference that the log has."""
    began, error, did = work.clock(), "", 0
    clock = perf_counter()
    try:
        if entry.rest is not None and not _claimed(work.database, entry, began):
            return ""
        did = entry.job(work)
    except Exception as bug:  # noqa: BLE001  one scheduled job must not stop the others
        error = _logged(entry, bug)
    seconds = perf_counter() - clock
    note = TickRun(job=entry.name, ran_at=began, seconds=seconds, did=did, error=error)
    _quietly(lambda: _note(work.database, note, rests=entry.rest is not None))
    return error


def _claimed(database: Database, entry: Entry, now: datetime) -> bool:
    """Whether this scheduler is the one to do it this time."""
    assert entry.rest is not None  # noqa: S101  asked only then
    with database.transaction() as session:
        _put_if_absent(session, entry.name)
        due = (col(TickRun.job) == entry.name, col(TickRun.ran_at) <= now - entry.rest)
        return bool(affected(session, update(TickRun).where(*due).values(ran_at=now)))


def _put_if_absent(session: Session, job: str) -> None:
    row = {"job": job, "ran_at": NEVER, "seconds": 0.0, "did": 0, "error": ""}
    session.execute(insert_new(session, _TICK_RUN, "job"), row)


def _note(database: Database, run: TickRun, *, rests: bool) -> None:
    with database.reading() as session:
        before = session.execute(
            select(col(TickRun.ran_at), col(TickRun.error), col(TickRun.failing_since)).where(
                col(TickRun.job) == run.job
            )
        ).first()
    if before is not None:
        same = not (rests or run.did or run.error or before.error)
        if same and run.ran_at - before.ran_at < NOTED_AFTER:
            return
    if run.error:
        run.failing_since = (before and before.failing_since) or run.ran_at
    with database.transaction() as session:
        session.merge(run)


def _quietly(note: Callable[[], None]) -> None:
    """A note that cannot be written must not hide what it is about."""
    try:
        note()
    except Exception as bug:  # noqa: BLE001  as above
        log.warning("run-not-noted", reason=type(bug).__name__)


def _logged(entry: Entry, bug: Exception) -> str:
    reference = uuid4().hex[:8]
    log.error("job-failed", job=entry.name, reference=reference, exc_info=bug)
    return f"{type(bug).__name__}, reference {reference} in the log"
