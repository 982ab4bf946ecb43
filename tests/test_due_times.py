from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.due_times import next_due
from core.terms import Frequency, Weekday

ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
DAILY, WEEKLY, MONDAY = Frequency.DAILY, Frequency.WEEKLY, Weekday.MONDAY
MOMENTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
TIMES = st.times().map(lambda clock: f"{clock:%H:%M}")


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


@given(st.sampled_from(ZONES), TIMES, MOMENTS)
def test_a_daily_digest_is_due_once_in_every_local_day_and_later(zone, at, after):
    first = next_due(DAILY, at, MONDAY, zone, after)
    second = next_due(DAILY, at, MONDAY, zone, first)
    days = [one.astimezone(ZoneInfo(zone)).date() for one in (first, second)]

    assert after < first <= after + timedelta(days=1, hours=2)
    assert days[1] - days[0] == timedelta(days=1)


@given(st.sampled_from(ZONES), TIMES, MOMENTS)
def test_a_due_moment_shows_its_local_time_or_the_first_that_exists_after_it(zone, at, after):
    due = next_due(DAILY, at, MONDAY, zone, after)
    local = f"{due.astimezone(ZoneInfo(zone)):%H:%M}"

    assert local == at or (local > at and _skipped(at, due, zone))


def _skipped(at, due, zone):
    place = ZoneInfo(zone)
    hour, minute = map(int, at.split(":"))
    wished = due.astimezone(place).replace(hour=hour, minute=minute, fold=0)
    return wished.astimezone(UTC).astimezone(place).replace(tzinfo=None) != wished.replace(
        tzinfo=None
    )


@given(st.sampled_from(ZONES), TIMES, MOMENTS, st.sampled_from(list(Weekday)))
def test_a_weekly_digest_is_due_on_its_weekday(zone, at, after, weekday):
    due = next_due(WEEKLY, at, weekday, zone, after)

    assert due.astimezone(ZoneInfo(zone)).weekday() == weekday.number
    assert after < due <= after + timedelta(days=7, hours=2)


def test_immediate_is_never_due():
    assert next_due(Frequency.IMMEDIATE, "09:00", MONDAY, "UTC", utc("2026-01-01")) is None
