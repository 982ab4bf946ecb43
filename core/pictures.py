"""Monthly pictures that are due: claimed, owed and moved on in one transaction (ENGINE.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session

from core.database import Database
from core.due_times import moment_of
from core.monthly_picture import MonthlyPicture
from core.months import Month
from core.outbox import Owed, owe
from core.prepared import Prepared
from core.routes import routes_of
from core.tables import Preference, User
from core.terms import Role

MOST = 2000
"""Users a transaction: others wait for SQLite meanwhile."""

_P = Preference.__table__  # type: ignore[attr-defined]
_U = User.__table__  # type: ignore[attr-defined]

_MOVE_ON = Prepared(
    _P.update().where(_P.c.user_id == bindparam("user")).values(picture_due_at=bindparam("due"))
)


def send_due(database: Database, *, now: datetime) -> int:
    """Owe the picture of the last whole month to administrators; how many of them.

    However many schedulers ask: each due moment is claimed by one. Of months that were missed
    the last is told.
    """
    served = 0
    while _any_due(database, now):
        with database.transaction() as session:
            due = _claim(session, now)
            owe(session, _owed(session, due, now), now=now)
            moves = [{"user": row.user_id, "due": _next(row, now)} for row in due]
            _MOVE_ON.run_many(session, moves)
        served += sum(row.role == Role.ADMINISTRATOR for row in due)
        if len(due) < MOST:
            break
    return served


def _any_due(database: Database, now: datetime) -> bool:
    """Asked without the write lock: nearly always nothing is due."""
    with database.reading() as session:
        due = select(_P.c.user_id).where(_P.c.picture_due_at <= now)
        return session.scalar(due.limit(1)) is not None


def _claim(session: Session, now: datetime) -> Sequence[Row[Any]]:
    """Locked until the commit; what another scheduler has locked is its own."""
    c = _P.c
    wanted = (
        select(c.user_id, c.set_time, c.time_zone, _U.c.role)
        .join(_U, _U.c.id == c.user_id)
        .where(c.picture_due_at <= now)
        .order_by(c.picture_due_at)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=_P)
    )
    return session.execute(wanted).all()


def _owed(session: Session, due: Sequence[Row[Any]], now: datetime) -> Iterator[Owed]:
    months = {
        row.user_id: str(Month.at(now, row.time_zone).before)
        for row in due
        if row.role == Role.ADMINISTRATOR
    }
    for route in routes_of(session, months):
        month = months[route.user_id]
        yield route.owed(month, MonthlyPicture.KIND, {"month": month})


def _next(row: Row[Any], now: datetime) -> datetime:
    return moment_of(Month.at(now, row.time_zone).after.first, row.set_time, row.time_zone)
