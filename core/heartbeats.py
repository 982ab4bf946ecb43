"""Which processes are at work, and what becomes of the work of one that is gone.

Heartbeats are by the real clock: a test that freezes ours must not bury the living.
"""

from __future__ import annotations

import platform
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, text, update
from sqlmodel import Session, col, func, or_, select

from core import outbox
from core.database import Database
from core.statements import affected, deleted
from core.tables import Outgoing, Worker
from core.terms import Fate

WORKER, SLACK = "worker", "slack"
"""The parts that say they live: who sends what is owed, and who hears Slack by Socket Mode."""
BEAT_SECONDS = 5.0
DEAD_AFTER = timedelta(seconds=30)
RESCUE_TIME = timedelta(seconds=60)
"""How long one rescuer has before another may take over."""


def real_now() -> datetime:
    """The time that heartbeats are told in."""
    return datetime.now(UTC)


def beat(session: Session, worker: str, parts: str) -> None:
    """Say that this worker lives; a row that a rescuer took away comes back."""
    now = real_now()
    known = update(Worker).where(col(Worker.id) == worker).values(beat_at=now, rescue_at=None)
    if not affected(session, known):
        session.add(
            Worker(
                id=worker,
                host=platform.node()[:255],
                parts=parts[:100],
                started_at=now,
                beat_at=now,
            )
        )


def alive(session: Session, parts: str) -> int:
    """How many processes with these parts said a moment ago that they live."""
    beating = Worker.parts == parts, col(Worker.beat_at) > real_now() - DEAD_AFTER
    return session.exec(select(func.count()).where(*beating)).one()


def leave(session: Session, worker: str) -> bool:
    """Take the row away, unless something is still being sent: then a rescuer has to look."""
    sending = exists().where(
        col(Outgoing.worker) == worker, col(Outgoing.fate) == Fate.SENDING.value
    )
    return bool(deleted(session, Worker, and_(col(Worker.id) == worker, ~sending)))


def rescue(database: Database, *, me: str = "", alone: bool = False) -> int:
    """Give back the work of workers that stopped; how many workers were rescued.

    With `alone`, which needs a lock that no other process holds, all others are gone. The row
    of a worker goes last: whatever fails before is done again at the next turn.
    """
    gone = _gone(database, me, alone=alone)
    for worker in gone:
        if not _claimed(database, worker, alone=alone):
            continue
        with database.transaction() as session:
            outbox.settle(session, worker)
        database.work.release(worker)
        with database.transaction() as session:
            deleted(session, Worker, col(Worker.id) == worker)
    return len(gone)


def _gone(database: Database, me: str, *, alone: bool) -> list[str]:
    with database.reading() as session:
        others = select(Worker.id).where(Worker.id != me)
        return list(session.exec(others if alone else others.where(_is_dead(real_now()))))


def _claimed(database: Database, worker: str, *, alone: bool) -> bool:
    now = real_now()
    mine = update(Worker).where(col(Worker.id) == worker).values(rescue_at=now)
    with database.transaction() as session:
        if not database.is_sqlite:  # a stopped process may hold the row: look again next time
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
        return bool(affected(session, mine if alone else mine.where(_is_dead(now))))


def _is_dead(now: datetime) -> ColumnElement[bool]:
    unclaimed = or_(col(Worker.rescue_at).is_(None), col(Worker.rescue_at) < now - RESCUE_TIME)
    return (col(Worker.beat_at) < now - DEAD_AFTER) & unclaimed
