"""Hourly limits on look-ups, which stop anybody from guessing numbers one after another.

Counts live in the database, so they hold for all processes together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from core import audit
from core.actors import Actor
from core.prepared import Prepared, Values
from core.refusals import Refusal, limit
from core.settings import Settings
from core.tables import LookUpCount

UNLIMITED = 2**31 - 1
ORGANISATION = "organisation:"

_SPEND = Prepared(
    text(
        "INSERT INTO look_up_count (counted, hour, look_ups, misses) "
        "VALUES (:counted, :hour, :look_ups, 0) "
        "ON CONFLICT (counted, hour) DO UPDATE SET look_ups = look_up_count.look_ups + :look_ups "
        "WHERE look_up_count.look_ups + :look_ups <= :most "
        "AND look_up_count.misses < :most_misses RETURNING look_ups"
    )
)
_GIVE_BACK = Prepared(
    text(
        "UPDATE look_up_count SET look_ups = look_ups - :look_ups "
        "WHERE counted = :counted AND hour = :hour"
    )
)
_MISS = Prepared(
    text(
        "UPDATE look_up_count SET misses = misses + :misses "
        "WHERE counted = :counted AND hour = :hour"
    )
)


def spend(
    session: Session, asked: Sequence[tuple[Actor, int]], *, now: datetime, settings: Settings
) -> None:
    """Count everybody's look-ups before they are made; raise Refusal over anybody's limit.

    A refusal counts nothing but leaves an audit event in the transaction, which is to be
    committed for all that.
    """
    wanted: dict[str, int] = {}
    most = min(settings.look_ups_per_user, settings.look_ups_per_organisation)
    for actor, look_ups in asked:
        if look_ups > most:
            raise _refused(session, actor, look_ups, now, _too_many(look_ups, most))
        for name in _counters(actor):
            wanted[name] = wanted.get(name, 0) + look_ups
    spent = _spent(session, wanted, _hour(now), settings)
    if len(spent) == len(wanted):
        return
    _give_back(session, wanted, spent, _hour(now))
    for actor, look_ups in asked:
        if not spent.issuperset(_counters(actor)):
            raise _refused(session, actor, look_ups, now, _used_up(now))


def has_room(
    session: Session, actor: Actor, look_ups: int, *, now: datetime, settings: Settings
) -> bool:
    """Whether `spend` would go well, asked before something that takes long; counts nothing."""
    limits = {name: _limits(name, settings) for name in _counters(actor)}
    rows = session.exec(
        select(LookUpCount).where(
            col(LookUpCount.counted).in_(limits), LookUpCount.hour == _hour(now)
        )
    )
    used = {row.counted: (row.look_ups, row.misses) for row in rows}
    return all(
        used.get(name, (0, 0))[0] + look_ups <= most["most"]
        and used.get(name, (0, 0))[1] < most["most_misses"]
        for name, most in limits.items()
    )


def count_misses(session: Session, actors: Sequence[Actor], *, now: datetime) -> None:
    """Count look-ups without a match, after they were made: each actor as often as it missed."""
    for name, misses in sorted(Counter(map(counter_of, actors)).items()) if actors else ():
        _MISS.run(session, {"counted": name, "hour": _hour(now), "misses": misses})


def _spent(session: Session, wanted: Mapping[str, int], hour: str, settings: Settings) -> set[str]:
    """Which of the counters had room; in the order in which all take their locks.

    A conditional upsert each: two at once cannot both have the last of it. One statement for all
    is four times as slow on SQLite.
    """
    spent = set()
    for name, n in sorted(wanted.items()):
        most = _limits(name, settings)
        if n <= most["most"] and _counts(session, name, hour, n, most):
            spent.add(name)
    return spent


def _counts(session: Session, name: str, hour: str, n: int, most: Values) -> bool:
    asked = {"counted": name, "hour": hour, "look_ups": n, **most}
    return _SPEND.run(session, asked).fetchone() is not None


def _limits(counted: str, settings: Settings) -> dict[str, int]:
    if counted.startswith(ORGANISATION):
        return {"most": settings.look_ups_per_organisation, "most_misses": UNLIMITED}
    return {"most": settings.look_ups_per_user, "most_misses": settings.misses_per_user}


def _give_back(session: Session, wanted: Mapping[str, int], spent: set[str], hour: str) -> None:
    for name in sorted(spent):
        _GIVE_BACK.run(session, {"counted": name, "hour": hour, "look_ups": wanted[name]})


def _counters(actor: Actor) -> tuple[str, str]:
    return counter_of(actor), f"{ORGANISATION}{actor.organisation_id}"


def counter_of(actor: Actor) -> str:
    """The name under which an actor's own look-ups are counted."""
    return f"key:{actor.key_id}" if actor.user_id is None else f"user:{actor.user_id}"


def _hour(now: datetime) -> str:
    return now.astimezone(UTC).isoformat()[:13]


def _refused(
    session: Session, actor: Actor, look_ups: int, now: datetime, refusal: Refusal
) -> Refusal:
    audit.record(
        session, actor, "verification:limit", now=now, outcome=refusal.code, look_ups=look_ups
    )
    return refusal


def _too_many(look_ups: int, most: int) -> Refusal:
    return limit(
        "too_many_at_once",
        "{n} numbers are more than the {most} that may be looked up in an hour. "
        "Nothing was looked up. Send fewer at once, or ask your operator for a higher limit.",
        n=look_ups,
        most=most,
    )


def _used_up(now: datetime) -> Refusal:
    again = (now.astimezone(UTC) + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return limit(
        "look_ups_used_up",
        "The look-ups of this hour are used up. Nothing was looked up. "
        "Try again from {time} UTC, or ask your operator for a higher limit.",
        time=f"{again:%H:%M}",
    )
