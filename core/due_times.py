"""When something is due: the same local time every day, week or month, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.terms import Frequency, Weekday

MINUTE = timedelta(minutes=1)


def next_due(
    frequency: Frequency, at: str, weekday: Weekday, zone: str, after: datetime
) -> datetime | None:
    """The first due moment after `after`, in UTC; None for immediate, which is never due.

    `at` is HH:MM in the zone.
    """
    if frequency is Frequency.IMMEDIATE:
        return None
    day = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    while True:
        if frequency is Frequency.DAILY or day.weekday() == weekday.number:
            due = moment_of(day, at, zone)
            if due > after:
                return due
        day += timedelta(days=1)


def moment_of(day: date, at: str, zone: str) -> datetime:
    """The moment, in UTC, at which it is `at` (HH:MM) on that day in the zone.

    A time that does not exist that day (clocks go forward) moves to the next minute that does;
    one that exists twice is used once, the first time.
    """
    local, place = datetime.combine(day, time.fromisoformat(at)), ZoneInfo(zone)
    while not _exists(local, place):
        local += MINUTE
    return local.replace(tzinfo=place, fold=0).astimezone(UTC)


def _exists(local: datetime, place: ZoneInfo) -> bool:
    there_and_back = local.replace(tzinfo=place).astimezone(UTC).astimezone(place)
    return there_and_back.replace(tzinfo=None) == local
