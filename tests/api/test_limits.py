import pytest

from api import limits
from api.limits import Bucket
from core.refusals import Refusal


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
