"""Digests that are due: claimed, owed and moved on in one transaction (ENGINE.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlmodel import Session, col

from core.actors import actor_by_id
from core.database import Database
from core.delivery import DownloadReady, download
from core.due_times import next_due
from core.exports.columns import Arrivals
from core.notices import Digest
from core.outbox import Owed, owe
from core.prepared import Prepared
from core.routes import routes_of
from core.tables import Delivery, Organisation, Preference, Result, User
from core.terms import Frequency, Service, Surface, Weekday

MOST = 2000
"""Users a transaction: others wait for SQLite meanwhile."""

_P = Preference.__table__  # type: ignore[attr-defined]
_U = User.__table__  # type: ignore[attr-defined]

_MOVE_ON = Prepared(
    _P.update()
    .where(_P.c.user_id == bindparam("user"))
    .values(next_due_at=bindparam("due"), told_arrival_id=bindparam("told"))
)


def send_due(database: Database, *, now: datetime) -> int:
    """Owe every digest that is due; how many users were served, with news or without.

    However many schedulers ask: each due moment is claimed by one. Days that were missed make
    one digest, for the next due moment is after now.
    """
    if not _any_due(database, now):
        return 0
    served = 0
    while True:
        with database.transaction() as session:
            due = _claim(session, now)
            _serve(session, due, now)
        served += len(due)
        if len(due) < MOST:
            return served


def _any_due(database: Database, now: datetime) -> bool:
    """Asked without the write lock: nearly always nothing is due."""
    with database.reading() as session:
        first = select(_P.c.next_due_at).where(_P.c.next_due_at.is_not(None))
        soonest = session.scalar(first.order_by(_P.c.next_due_at).limit(1))
    return soonest is not None and soonest <= now


def _claim(session: Session, now: datetime) -> Sequence[Row[Any]]:
    """Locked until the commit; what another scheduler has locked is its own."""
    c = _P.c
    wanted = (
        select(
            c.user_id,
            c.frequency,
            c.set_time,
            c.set_day,
            c.time_zone,
            c.next_due_at,
            c.told_arrival_id,
            c.marks_downloaded,
            _U.c.organisation_id,
        )
        .join(_U, _U.c.id == c.user_id)
        .where(c.next_due_at <= now)
        .order_by(c.next_due_at)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=_P)
    )
    return session.execute(wanted).all()


def _serve(session: Session, due: Sequence[Row[Any]], now: datetime) -> None:
    latest = _latest(session, {row.organisation_id for row in due})
    owe(session, _owed(session, due, latest, now), now=now)
    moves = ((row, next_due(*_times(row), now)) for row in due)
    _MOVE_ON.run_many(
        session,
        [
            {"user": row.user_id, "due": moment, "told": latest[row.organisation_id]}
            for row, moment in moves
        ],
    )


def _times(row: Row[Any]) -> tuple[Frequency, str, Weekday, str]:
    return Frequency(row.frequency), row.set_time, Weekday(row.set_day), row.time_zone


def _latest(session: Session, organisations: set[int]) -> dict[int, int]:
    """The newest arrival of each: one look at the end of an index."""
    o = Organisation.__table__.c  # type: ignore[attr-defined]
    newest = (
        select(func.max(col(Delivery.arrival_id)))
        .where(col(Delivery.organisation_id) == o.id)
        .correlate(Organisation)
        .scalar_subquery()
    )
    found = session.execute(select(o.id, newest).where(o.id.in_(organisations)))
    return {one: upto or 0 for one, upto in found}


@dataclass(frozen=True, slots=True)
class _Share:
    """What several users of an organisation are told alike."""

    arrived: Arrivals
    count: int


def _owed(
    session: Session, due: Sequence[Row[Any]], latest: dict[int, int], now: datetime
) -> Iterator[Owed]:
    shares: dict[tuple[int, int], _Share] = {}
    ways = defaultdict(list)
    for route in routes_of(session, [row.user_id for row in due]):
        ways[route.user_id].append(route)
    for row in due:
        key = row.organisation_id, row.told_arrival_id
        if key not in shares:
            shares[key] = _share(session, Arrivals(*key, latest[row.organisation_id]))
        share = shares[key]
        if not share.count:
            continue
        about = {
            "after": share.arrived.after,
            "upto": share.arrived.upto,
            "count": share.count,
            "download": _taken(session, row, now),
        }
        for route in ways[row.user_id]:
            yield route.owed(row.next_due_at.isoformat(), Digest.KIND, about)


def _share(session: Session, arrived: Arrivals) -> _Share:
    if arrived.upto <= arrived.after:
        return _Share(arrived, 0)
    came = select(func.count()).select_from(Delivery)
    counted = came.join(Result, col(Result.id) == col(Delivery.result_id))
    return _Share(arrived, session.scalar(counted.where(arrived.condition())) or 0)


def _taken(session: Session, row: Row[Any], now: datetime) -> int | None:
    """The download made for a user who wants digests to be downloads, if there was anything."""
    if not row.marks_downloaded:
        return None
    actor = actor_by_id(session, row.user_id, Surface.SCHEDULER)
    if actor.service is Service.VERIFICATION:
        return None
    made = download(session, actor, now=now)
    return made.contents.download_id if isinstance(made, DownloadReady) else None
