from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.refusals import Refusal
from core.time_zones import time_zone_named


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("america/new york", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_found_whatever_its_case(typed, zone):
    assert time_zone_named(typed) == zone


@given(st.sampled_from(sorted(available_timezones())), st.booleans())
def test_every_zone_is_found_in_capitals_too(zone, shouted):
    found = time_zone_named(zone.upper() if shouted else zone)

    assert found.lower() == zone.lower()


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("London", "Europe/London"),
        ("Europe/Londn", "Europe/London"),
        ("new york", "America/New_York"),
        ("Lord Howe", "Australia/Lord_Howe"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest(typed, near):
    with pytest.raises(Refusal, match=f"Did you mean {near}"):
        time_zone_named(typed)


@pytest.mark.parametrize("typed", ["", "?", "../../etc/passwd", "a\x00b", "GMT+25:00"])
def test_what_is_near_to_nothing_is_refused_with_an_example(typed):
    with pytest.raises(Refusal, match="is not a time zone"):
        time_zone_named(typed)
