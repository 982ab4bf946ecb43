"""A month counted by the database: in a few statements, and never by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select
from sqlmodel import Session, col

from core.actors import Actor
from core.monthly_picture import Freshness, MonthlyPicture, Outcomes, WeekCount
from core.months import Month, Week, midnight
from core.refusals import usage
from core.small_numbers import grouped, told
from core.sources.arrivals import NAME
from core.tables import Arrival, Delivery, Feed, Result, Verification
from core.terms import RELEASED, Module, Outcome

BEFORE = -1
"""The place of the month before among the weeks."""


def picture(
    session: Session, actor: Actor, month: Month | None = None, *, now: datetime
) -> MonthlyPicture:
    """A month in the actor's time zone, the present one if none is named."""
    actor.require_administrator()
    month = month or Month.at(now, actor.time_zone)
    if month.begins(actor.time_zone) > now:
        raise usage("month_not_begun", "{month} has not begun yet.", month=str(month))
    return count(session, actor.organisation_id, month, actor.time_zone, now=now)


def count(
    session: Session, organisation_id: int, month: Month, zone: str, *, now: datetime
) -> MonthlyPicture:
    """The month of an organisation as a time zone has it."""
    begin, end = month.begins(zone), month.after.begins(zone)
    weeks, modules, bands = _results(session, organisation_id, month, zone)
    by_module = told({one: modules[one.value] for one in Module})
    arrivals = _arrivals(session, organisation_id, begin, end)
    came = [row.arrived_at for row in arrivals if row.delivered or row.changed]
    return MonthlyPicture(
        month=month,
        upto=now.astimezone(ZoneInfo(zone)) if now < end else None,
        results=sum(modules.values()),
        before=weeks[BEFORE],
        weeks=tuple(WeekCount(*week, weeks[place]) for place, week in enumerate(month.weeks)),
        modules=None if by_module is None else tuple(by_module.items()),
        bands=grouped(bands),
        corrected=sum(row.changed for row in arrivals),
        rejected=sum(row.rejected for row in arrivals),
        look_ups=_look_ups(session, organisation_id, begin, end),
        freshness=_freshness(session, organisation_id, [begin, *came, min(end, now)], zone),
    )


def _results(
    session: Session, organisation_id: int, month: Month, zone: str
) -> tuple[Counter[int], Counter[str], Counter[int]]:
    """Released results by week, module and band, and how many came in the month before."""
    came, weeks = col(Arrival.arrived_at), month.weeks
    place = case(
        (came < month.begins(zone), BEFORE),
        *((came < end, number) for number, end in enumerate(_ends(weeks, zone))),
        else_=len(weeks) - 1,
    )
    rows = session.execute(
        select(place, col(Result.module), col(Result.overall), func.count())
        .join(Delivery, col(Delivery.arrival_id) == col(Arrival.id))
        .join(Result, col(Result.id) == col(Delivery.result_id))
        .where(
            came >= month.before.begins(zone),
            came < month.after.begins(zone),
            col(Delivery.organisation_id) == organisation_id,
            col(Result.status) == RELEASED,
        )
        .group_by(place, col(Result.module), col(Result.overall))
    )
    by_week, by_module, by_band = Counter[int](), Counter[str](), Counter[int]()
    for week, module, overall, n in rows:
        by_week[week] += n
        if week != BEFORE:
            by_module[module] += n
            if overall is not None:
                by_band[overall] += n
    return by_week, by_module, by_band


def _ends(weeks: Iterable[Week], zone: str) -> list[datetime]:
    """When each week but the last is over."""
    return [midnight(first, zone) for first, _ in list(weeks)[1:]]


def _arrivals(
    session: Session, organisation_id: int, begin: datetime, end: datetime
) -> Sequence[Any]:
    came = col(Arrival.arrived_at)
    return session.execute(
        select(came, col(Arrival.delivered), col(Arrival.changed), col(Arrival.rejected))
        .where(col(Arrival.organisation_id) == organisation_id, came >= begin, came < end)
        .order_by(came)
    ).all()


def _look_ups(session: Session, organisation_id: int, begin: datetime, end: datetime) -> Outcomes:
    at, differs = col(Verification.looked_up_at), col(Verification.compared).contains(":mismatch")
    rows = session.execute(
        select(col(Verification.outcome), func.count(), func.sum(case((differs, 1), else_=0)))
        .where(col(Verification.organisation_id) == organisation_id, at >= begin, at < end)
        .group_by(col(Verification.outcome))
    ).all()
    found = {outcome: n for outcome, n, _ in rows}
    return Outcomes(
        **{one.value: found.get(one.value, 0) for one in Outcome},
        differing=sum(n for _, _, n in rows),
    )


def _freshness(
    session: Session, organisation_id: int, moments: Sequence[datetime], zone: str
) -> Freshness:
    """`moments` are the arrivals that brought something, between begin and end."""
    mine = col(Arrival.organisation_id) == organisation_id
    brought = (mine, or_(col(Arrival.delivered) > 0, col(Arrival.changed) > 0))
    last = session.scalar(select(func.max(col(Arrival.arrived_at))).where(*brought))
    polled = select(col(Arrival.id)).where(mine, col(Arrival.source) == NAME).limit(1)
    feed = session.get(Feed, NAME) if session.scalar(polled) is not None else None

    def there(moment: datetime | None) -> datetime | None:
        return moment and moment.astimezone(ZoneInfo(zone))

    return Freshness(
        arrivals=len(moments) - 2,
        last_at=there(last),
        quiet_days=max(later - earlier for earlier, later in pairwise(moments)).days,
        read_upto=there(feed.read_upto) if feed else None,
        failing_since=there(feed.failing_since) if feed else None,
    )
