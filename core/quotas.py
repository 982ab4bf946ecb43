"""Hourly limits on look-ups, which stop anybody from guessing numbers one after another.

Counts live in the database, so they hold for all processes together.
"""

from __future__ import annotations

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
    session: Session, actor: Actor, look_ups: int, *, now: datetime, settings: Settings
) -> None:
    """Count look-ups before they are made; raise Refusal over a limit.

    A refusal counts nothing but leaves an audit event in the transaction, which is to be
    committed for all that.
    """
    most = min(settings.look_ups_per_user, settings.look_ups_per_organisation)
    if look_ups > most:
        raise _refused(session, actor, look_ups, now, _too_many(look_ups, most))
    asked = {"hour": _hour(now), "look_ups": look_ups}
    user = asked | {"counted": _of_user(actor)}
    organisation = asked | {"counted": f"organisation:{actor.organisation_id}"}
    if not _spent(session, user, settings.look_ups_per_user, settings.misses_per_user):
        raise _refused(session, actor, look_ups, now, _used_up(now))
    if not _spent(session, organisation, settings.look_ups_per_organisation, UNLIMITED):
        _GIVE_BACK.run(session, user)
        raise _refused(session, actor, look_ups, now, _used_up(now))


def has_room(
    session: Session, actor: Actor, look_ups: int, *, now: datetime, settings: Settings
) -> bool:
    """Whether `spend` would go well, asked before something that takes long; counts nothing."""
    limits = {
        _of_user(actor): (settings.look_ups_per_user, settings.misses_per_user),
        f"organisation:{actor.organisation_id}": (settings.look_ups_per_organisation, UNLIMITED),
    }
    rows = session.exec(
        select(LookUpCount).where(
            col(LookUpCount.counted).in_(limits), LookUpCount.hour == _hour(now)
        )
    )
    used = {row.counted: (row.look_ups, row.misses) for row in rows}
    return all(
        used.get(counted, (0, 0))[0] + look_ups <= most
        and used.get(counted, (0, 0))[1] < most_misses
        for counted, (most, most_misses) in limits.items()
    )


def count_misses(session: Session, actor: Actor, misses: int, *, now: datetime) -> None:
    """Count look-ups without a match, after they were made."""
    if misses:
        _MISS.run(session, {"counted": _of_user(actor), "hour": _hour(now), "misses": misses})


def _spent(session: Session, asked: Values, most: int, most_misses: int) -> bool:
    """A conditional upsert: two at once cannot both have the last one."""
    limits = {"most": most, "most_misses": most_misses}
    return _SPEND.run(session, {**asked, **limits}).fetchone() is not None


def _of_user(actor: Actor) -> str:
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
