from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.months import Month

MONTHS = st.builds(Month, st.integers(2001, 2098), st.integers(1, 12))
ZONES = st.sampled_from(
    ["UTC", "Europe/London", "Pacific/Kiritimati", "Pacific/Honolulu", "America/Santiago"]
)


@given(MONTHS)
def test_what_is_written_is_read_and_what_comes_after_comes_before(month):
    assert Month.read(str(month)) == month
    assert month.after.before == month.before.after == month
    assert month.before < month < month.after


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-00", "26-10", "2026-1", "2026-10-01"])
def test_anything_else_is_no_month(text):
    with pytest.raises(ValueError, match=text):
        Month.read(text)


@given(MONTHS)
def test_the_weeks_are_all_of_its_days_from_mondays_to_sundays(month):
    days = [
        first + timedelta(days=n)
        for first, last in month.weeks
        for n in range((last - first).days + 1)
    ]

    assert days[0] == month.first
    assert days[-1] == month.last
    assert days == sorted(set(days))
    assert all(first.weekday() == 0 for first, _ in month.weeks[1:])
    assert all(last.weekday() == 6 for _, last in month.weeks[:-1])


@given(MONTHS, ZONES)
def test_it_begins_where_the_one_before_it_ends(month, zone):
    begin = month.begins(zone)

    assert Month.at(begin, zone) == month
    assert Month.at(begin - timedelta(seconds=1), zone) == month.before


def test_it_is_another_month_elsewhere():
    moment = datetime(2026, 10, 31, 12, tzinfo=UTC)

    assert str(Month.at(moment, "Pacific/Kiritimati")) == "2026-11"
    assert str(Month.at(moment, "Pacific/Honolulu")) == "2026-10"
    assert Month(2026, 2).weeks[0] == (date(2026, 2, 1), date(2026, 2, 1))
