from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.small_numbers import FEWEST, Group, grouped, told

COUNTS = st.dictionaries(st.integers(0, 18), st.integers(0, 12), max_size=19)


@given(COUNTS)
def test_a_group_is_nobody_or_enough_and_all_are_in_one(counts):
    groups = grouped(counts)

    assert all(one.count == 0 or one.count >= FEWEST for one in groups)
    for before, after in pairwise(groups):
        assert after.lowest == before.highest + 1
    if sum(counts.values()) < FEWEST:
        assert groups == ()
    else:
        assert sum(one.count for one in groups) == sum(counts.values())


@given(COUNTS)
def test_each_band_is_in_the_group_that_counts_it(counts):
    for one in grouped(counts):
        assert one.count == sum(counts.get(n, 0) for n in range(one.lowest, one.highest + 1))


def test_bands_that_enough_have_stay_apart():
    counts = {9: 1, 10: 4, 11: 20, 12: 30, 13: 0, 14: 9, 16: 2}

    assert grouped(counts) == (
        Group(9, 10, 5),
        Group(11, 11, 20),
        Group(12, 12, 30),
        Group(13, 13, 0),
        Group(14, 16, 11),
    )


def test_what_would_be_somebody_is_not_told():
    assert told({"A": 50, "G": FEWEST}) == {"A": 50, "G": FEWEST}
    assert told({"A": 50, "G": 0}) == {"A": 50, "G": 0}
    assert told({"A": 50, "G": FEWEST - 1}) is None
