from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.terms import DateFormat, band_in_file, band_on_card, half_bands, overall_of


@given(st.integers(0, 18))
def test_every_band_is_read_back_from_files_cards_and_the_api(bands):
    assert half_bands(band_in_file(bands)) == bands
    assert half_bands(band_on_card(bands)) == bands
    assert half_bands(f"{bands / 2:.2f}") == bands


@pytest.mark.parametrize("wrong", ["", "9.5", "10", "6.25", "-1", ".5", "x", "٦", "6,5", " 6"])
def test_a_band_outside_0_to_9_by_halves_is_no_band(wrong):
    with pytest.raises(ValueError):
        half_bands(wrong)


@given(st.tuples(*[st.integers(0, 18)] * 4))
def test_the_overall_is_the_mean_with_quarters_rounding_up(four):
    quarters = sum(four) / 2  # the mean in bands, times four
    expected = int((quarters / 4) * 2 + 0.5) / 2

    assert overall_of(*four) / 2 == expected


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2029, 12, 31)))
def test_each_date_format_writes_as_strftime_does(day):
    for date_format in DateFormat:
        assert date_format.write(day.isoformat()) == day.strftime(date_format.strftime)
