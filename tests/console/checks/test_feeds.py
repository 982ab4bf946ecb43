from datetime import date, timedelta

import pytest

from console.checks import feeds
from core.settings import Settings
from tests.servers.answers import AnswerServer

TODAY = date(2026, 11, 25)
WHOLE = {
    "ielts_api_url": "https://api.example",
    "ielts_api_client_id": "id",
    "ielts_api_client_secret": "s",
}


def standings(**settings):
    return [one.standing.name for one in feeds.official(Settings(**settings), TODAY)]


def test_an_api_that_is_not_set_is_off_and_one_that_is_whole_has_no_complaint():
    assert standings() == ["OFF"]
    assert standings(**WHOLE) == []


def test_a_missing_client_and_an_address_in_the_clear_are_failures():
    assert standings(ielts_api_url="http://api.example") == ["FAILURE", "FAILURE"]
    assert standings(**WHOLE | {"ielts_api_url": "http://127.0.0.1:9"}) == []


@pytest.mark.parametrize(("days", "standing"), [(-1, "FAILURE"), (13, "WARNING"), (14, "OK")])
def test_a_secret_is_told_before_it_ends(days, standing):
    assert standings(**WHOLE, ielts_api_secret_expires=TODAY + timedelta(days=days)) == [standing]


def test_its_address_is_asked_and_any_answer_will_do():
    with AnswerServer() as server:
        (there,) = feeds.reach(Settings(**WHOLE | {"ielts_api_url": server.url}))
        assert there.standing.name == "OK"
        url = server.url
    (gone,) = feeds.reach(Settings(**WHOLE | {"ielts_api_url": url}))
    assert gone.standing.name == "FAILURE"
