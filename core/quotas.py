"""Hourly limits on look-ups, which stop anybody from guessing numbers one after another.

Counts live in the database, so they hold for all processes together.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from core import audit
from core.actors import Actor
from core.refusals import Refusal, limit
from core.settings import Settings

_SPEND = text(
    "INSERT INTO look_up_count (counted, hour, look_ups, misses) "
    "VALUES (:counted, :hour, :look_ups, 0) "
    "ON CONFLICT (counted, hour) DO UPDATE SET look_ups = look_up_count.look_ups + :look_ups "
    "WHERE look_up_count.look_ups + :look_ups <= :most RETURNING misses"
)
_MISS = text(
    "UPDATE look_up_count SET misses = misses + :misses WHERE counted = :counted AND hour = :hour"
)


def spend(
    session: Session, actor: Actor, look_ups: int, *, now: datetime, settings: Settings
) -> None:
    """Count look-ups before they are made; raise Refusal, having audited it, over a limit."""
    hour = _hour(now)
    limits = (
        (_of_user(actor), settings.look_ups_per_user, settings.misses_per_user),
        (f"organisation:{actor.organisation_id}", settings.look_ups_per_organisation, None),
    )
    for counted, most, most_misses in limits:
        if look_ups > most:
            raise _refused(session, actor, look_ups, now, _too_many(look_ups, most))
        misses = session.execute(
            _SPEND, {"counted": counted, "hour": hour, "look_ups": look_ups, "most": most}
        ).scalar()
        if misses is None or (most_misses is not None and misses >= most_misses):
            raise _refused(session, actor, look_ups, now, _used_up(now))


def count_misses(session: Session, actor: Actor, misses: int, *, now: datetime) -> None:
    """Count look-ups without a match, after they were made."""
    if misses:
        session.execute(_MISS, {"counted": _of_user(actor), "hour": _hour(now), "misses": misses})


def _of_user(actor: Actor) -> str:
    return f"user:{actor.user_id}"


def _hour(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H}"


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
    again = (now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return limit(
        "look_ups_used_up",
        "The look-ups of this hour are used up. Nothing was looked up. "
        "Try again from {time} UTC, or ask your operator for a higher limit.",
        time=f"{again:%H:%M}",
    )
