"""What an arrival makes us owe, in the arrival's own transaction (guide, Set up notifications)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select, text, update
from sqlmodel import Session, col

from core.change_notices import changes_owed, shared_owed
from core.channel_news import channel_news
from core.exports.columns import Arrivals
from core.notices import ManyNewResults, NewResult, WatchHit
from core.outbox import Owed, owe
from core.routes import Route, routes, routes_of
from core.tables import (
    Arrival,
    Change,
    Delivery,
    Outgoing,
    Preference,
    Result,
    User,
    Watch,
)
from core.terms import RELEASED, Frequency
from core.webhooks import owe_results

MOST_ONE_BY_ONE = 20
"""Messages of one applicant each that a user gets in an hour; the rest is told in one."""

HOUR = timedelta(hours=1)


def announce(session: Session, arrival: Arrival, *, now: datetime) -> int:
    """Owe what everybody concerned is to be told; how many messages that makes."""
    assert arrival.id is not None  # noqa: S101  flushed
    organisations = {arrival.organisation_id, *_released_now(session, arrival.id)}
    owed: list[Owed] = []
    for organisation_id in sorted(organisations):
        owed += _immediate(session, Arrivals(organisation_id, arrival.id - 1, arrival.id), now)
    if arrival.delivered:
        owed += _appeared(session, arrival.id)
    if arrival.changed:
        owed += changes_owed(session, arrival.id)
        owed += shared_owed(session, arrival.id)
    owed += channel_news(session, arrival, organisations)
    owed += owe_results(session, arrival)
    return owe(session, owed, now=now)


_KEEP_FIRST = text(
    "INSERT INTO first_arrival (result_id, organisation_id, arrival_id) "
    "SELECT d.result_id, d.organisation_id, d.arrival_id FROM delivery d WHERE d.result_id IN "
    "(SELECT result_id FROM change WHERE arrival_id = :arrival AND field = 'status' "
    "AND new = :released) AND d.download_id IS NULL AND d.arrival_id IS NOT NULL "
    "ON CONFLICT DO NOTHING"
)


def _released_now(session: Session, arrival_id: int) -> set[int]:
    """Results that were held back and have valid scores now arrive now, wherever they went.

    Where they stood before is kept, for those who read along by arrivals.
    """
    session.execute(_KEEP_FIRST, {"arrival": arrival_id, "released": RELEASED})
    freed = select(col(Change.result_id)).where(
        col(Change.arrival_id) == arrival_id,
        col(Change.field) == "status",
        col(Change.new) == RELEASED,
    )
    moved = session.scalars(
        update(Delivery)
        .where(col(Delivery.result_id).in_(freed), col(Delivery.download_id).is_(None))
        .values(arrival_id=arrival_id)
        .returning(col(Delivery.organisation_id)),
        execution_options={"synchronize_session": False},
    )
    return set(moved)


@dataclass(frozen=True, slots=True)
class _News:
    """What an organisation got: how many results, and the first of them by id."""

    arrived: Arrivals
    count: int
    first: Sequence[int]


def _immediate(session: Session, arrived: Arrivals, now: datetime) -> Iterator[Owed]:
    subscribers = routes(
        session,
        col(User.organisation_id) == arrived.organisation_id,
        col(Preference.notifications_on).is_(True),
        col(Preference.frequency) == Frequency.IMMEDIATE.value,
    )
    if not subscribers:
        return
    news = _news(session, arrived)
    told = _told_this_hour(session, arrived.organisation_id, now)
    for route in subscribers:
        yield from _one_by_one(route, news, told, now)


def _one_by_one(
    route: Route, news: _News, told: Counter[tuple[int, str, str]], now: datetime
) -> Iterator[Owed]:
    """As many as the hour still has room for, and the rest joined.

    The first time in an hour they are joined at once; what comes after waits for its end.
    """
    singles = told[route.user_id, route.channel.value, NewResult.KIND]
    room = max(MOST_ONE_BY_ONE - singles, 0)
    alone = news.first[:room]
    upto = news.arrived.upto
    for result_id in alone:
        yield route.owed(f"{upto}:{result_id}", NewResult.KIND, {"result": result_id})
    if news.count <= len(alone):
        return
    about: dict[str, Any] = {"arrival": upto, "after_result": alone[-1] if alone else 0}
    if told[route.user_id, route.channel.value, ManyNewResults.KIND]:
        end = _hour(now) + HOUR
        about |= {"until": end.isoformat()}
        yield route.owed(end.isoformat(), ManyNewResults.KIND, about, due_at=end)
    else:
        yield route.owed(str(upto), ManyNewResults.KIND, about)


def _news(session: Session, arrived: Arrivals) -> _News:
    came = select(col(Delivery.result_id)).join(Result, col(Result.id) == col(Delivery.result_id))
    these = came.where(arrived.condition())
    count = session.scalar(select(func.count()).select_from(these.subquery())) or 0
    first = session.scalars(these.order_by(col(Delivery.result_id)).limit(MOST_ONE_BY_ONE)).all()
    return _News(arrived, count, first)


def _told_this_hour(
    session: Session, organisation_id: int, now: datetime
) -> Counter[tuple[int, str, str]]:
    """By user, channel and kind."""
    c = Outgoing.__table__.c  # type: ignore[attr-defined]
    counts = session.execute(
        select(c.user_id, c.channel, c.kind, func.count())
        .join(User, col(User.id) == c.user_id)
        .where(
            col(User.organisation_id) == organisation_id,
            c.kind.in_((NewResult.KIND, ManyNewResults.KIND)),
            c.created_at >= _hour(now),
        )
        .group_by(c.user_id, c.channel, c.kind)
    )
    return Counter({(user, channel, kind): n for user, channel, kind, n in counts})


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _appeared(session: Session, arrival_id: int) -> Iterator[Owed]:
    """Watched numbers whose record came now and never before.

    Asked from the watches, which are few: a query of deliveries would read all of them.
    """
    its = col(Delivery.result_id) == col(Result.id)
    found = session.execute(
        select(col(Watch.user_id), col(Result.id))
        .join(Result, col(Result.trf_number) == col(Watch.trf_number))
        .where(
            exists().where(its, col(Delivery.arrival_id) == arrival_id),
            ~exists().where(its, col(Delivery.arrival_id) < arrival_id),
        )
    )
    hits: dict[int, list[int]] = {}
    for user_id, result_id in found:
        hits.setdefault(user_id, []).append(result_id)
    for route in routes_of(session, hits):
        for result_id in hits[route.user_id]:
            yield route.owed(str(result_id), WatchHit.KIND, {"result": result_id})
