from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.due_times import next_due
from core.terms import Frequency, Weekday

ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # by half an hour
    "Africa/Cairo",  # at midnight, forward
    "America/Havana",  # at midnight, back
    "Asia/Beirut",
    "Antarctica/Troll",  # by two hours
    "Africa/Casablanca",  # around Ramadan
    "Asia/Kolkata",
    "UTC",
]
DAILY, WEEKLY, MONDAY = Frequency.DAILY, Frequency.WEEKLY, Weekday.MONDAY
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MOMENTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
TIMES = st.times().map(lambda clock: f"{clock:%H:%M}")


def clock_changes(zone):
    """The first minutes after the zone's clocks change."""
    place, midnight, found = ZoneInfo(zone), datetime(2024, 1, 1, tzinfo=UTC), []
    while midnight.year < 2030:
        before = midnight.astimezone(place).utcoffset()
        if before != (midnight + DAY).astimezone(place).utcoffset():
            minutes = (midnight + n * MINUTE for n in range(1441))
            found.append(next(m for m in minutes if m.astimezone(place).utcoffset() != before))
        midnight += DAY
    return [(zone, change) for change in found]


CHANGES = [change for zone in ZONES for change in clock_changes(zone)]


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "after", "expected"),
    [
        # forward: 01:30 does not exist in London on 29 March 2026; 02:30 not in New York on 8 March
        ("Europe/London", "01:30", "2026-03-28T12:00", "2026-03-29T01:00"),
        ("Europe/London", "14:05", "2026-03-28T15:00", "2026-03-29T13:05"),
        ("America/New_York", "02:30", "2026-03-07T12:00", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "02:15", "2026-10-03T00:00", "2026-10-03T15:30"),
        # back: 01:30 is twice in London on 25 October 2026; the first counts, and only once
        ("Europe/London", "01:30", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("Europe/London", "01:30", "2026-10-25T00:30", "2026-10-26T01:30"),
        ("America/New_York", "01:30", "2026-10-31T12:00", "2026-11-01T05:30"),
        ("America/New_York", "01:30", "2026-11-01T05:30", "2026-11-02T06:30"),
        ("Australia/Lord_Howe", "01:45", "2026-04-04T00:00", "2026-04-04T14:45"),
        ("Australia/Lord_Howe", "01:45", "2026-04-04T14:45", "2026-04-05T15:15"),
    ],
)
def test_the_days_on_which_clocks_change(zone, at, after, expected):
    assert next_due(DAILY, at, MONDAY, zone, utc(after)) == utc(expected)


def due_by_the_wall_clock(zone, day, at):
    """The first minute of the local day at which a clock on the wall shows `at` or later."""
    place = ZoneInfo(zone)
    minute = datetime.combine(day, time(tzinfo=UTC)) - timedelta(hours=15)
    while True:
        shown = minute.astimezone(place)
        if shown.date() == day and f"{shown:%H:%M}" >= at:
            return minute
        minute += MINUTE


@given(st.sampled_from(CHANGES), st.integers(-150, 150), st.integers(-2880, 2880))
def test_around_every_change_of_clocks_it_is_due_when_the_wall_clock_says_so(
    change, apart, minutes
):
    zone, changed = change
    at = f"{changed.astimezone(ZoneInfo(zone)) + apart * MINUTE:%H:%M}"
    after = changed + minutes * MINUTE
    today = after.astimezone(ZoneInfo(zone)).date()
    days = [due_by_the_wall_clock(zone, today + n * DAY, at) for n in (0, 1)]

    assert next_due(DAILY, at, MONDAY, zone, after) == min(one for one in days if one > after)


@given(st.sampled_from(ZONES), TIMES, MOMENTS)
def test_a_daily_digest_is_due_once_in_every_local_day_and_later(zone, at, after):
    first = next_due(DAILY, at, MONDAY, zone, after)
    second = next_due(DAILY, at, MONDAY, zone, first)
    days = [one.astimezone(ZoneInfo(zone)).date() for one in (first, second)]

    assert after < first <= after + timedelta(days=1, hours=2)
    assert days[1] - days[0] == DAY


@given(st.sampled_from(ZONES), TIMES, MOMENTS, st.sampled_from(list(Weekday)))
def test_a_weekly_digest_is_due_on_its_weekday(zone, at, after, weekday):
    due = next_due(WEEKLY, at, weekday, zone, after)

    assert due.astimezone(ZoneInfo(zone)).weekday() == weekday.number
    assert after < due <= after + timedelta(days=7, hours=2)


def test_immediate_is_never_due():
    assert next_due(Frequency.IMMEDIATE, "09:00", MONDAY, "UTC", utc("2026-01-01")) is None
