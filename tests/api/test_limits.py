from collections import Counter
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from api import limits
from api.limits import Bucket, Shared
from core.refusals import Refusal
from core.tables import RequestCount

MINUTES = count(1000)


@given(
    most=st.integers(1, 90),
    turns=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=300),
)
def test_processes_together_let_through_no_more_than_a_minute_holds(database, most, turns):
    now = [60.0 * next(MINUTES)]
    processes = [Shared(most, database, lambda: now[0]) for _ in range(3)]
    passed = Counter()
    for process, key in turns:
        with suppress(Refusal):
            processes[process].take(key)
            passed[key] += 1

    asked = Counter(key for _, key in turns)
    for key in passed:
        assert passed[key] <= most
        assert passed[key] >= min(asked[key], most - 2 * max(most // 20, 1))


def test_a_key_that_used_up_its_minute_is_told_when_the_next_begins(database):
    now = [72.0]
    shared = Shared(3, database, lambda: now[0])
    assert [shared.take(1) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(Refusal) as refused:
        shared.take(1)
    assert refused.value.headers == {"Retry-After": "48"}
    assert shared.take(2) == 2

    now[0] = 120.0
    assert shared.take(1) == 2
    with database.reading() as session:
        kept = session.exec(select(RequestCount.counted)).all()
    assert sorted(kept) == ["key:1:000000000002", "key:2:000000000001"]


def test_requests_come_back_one_by_one():
    now = [0.0]
    bucket = Bucket(2, lambda: now[0])
    bucket.take("a")
    bucket.take("a")
    with pytest.raises(Refusal) as refused:
        bucket.take("a")
    assert refused.value.headers == {"Retry-After": "30"}

    now[0] = 30.0
    assert bucket.take("a") == 0
    with pytest.raises(Refusal):
        bucket.take("a")


def test_a_refused_request_costs_nothing():
    now = [0.0]
    bucket = Bucket(1, lambda: now[0])
    bucket.take("a")
    for _ in range(5):
        with pytest.raises(Refusal):
            bucket.take("a")

    now[0] = 60.0
    assert bucket.take("a") == 0


def test_callers_do_not_count_for_one_another_and_are_forgotten_in_the_end(monkeypatch):
    monkeypatch.setattr(limits, "MOST_REMEMBERED", 2)
    bucket = Bucket(1, lambda: 0.0)
    for caller in "abc":
        bucket.take(caller)

    assert bucket.take("a") == 0
    with pytest.raises(Refusal):
        bucket.take("c")
