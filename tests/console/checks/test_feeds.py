from datetime import date, timedelta

import pytest

from console.checks import feeds
from console.opening import Desk
from core.settings import Settings
from tests.servers.ielts_api import CLIENT, SECRET, IeltsApi

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


@pytest.fixture
def api():
    server = IeltsApi()
    yield server
    server.close()


def asked(database, url, **settings):
    wanted = {
        "ielts_api_url": url,
        "ielts_api_client_id": CLIENT,
        "ielts_api_client_secret": SECRET,
    }
    (found,) = feeds.client(Desk(Settings(**wanted | settings), database))
    return found.standing.name, found.said, found.remedy


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("tokens", [False, True])
def test_it_is_asked_once_with_our_own_client(api, database, version, tokens):
    more = {"ielts_api_token_url": f"{api.url}/token"} if tokens else {}
    standing, said, _ = asked(database, api.url, ielts_api_version=version, **more)

    assert (standing, len(api.requests)) == ("OK", 1)
    assert "answers our client" in said


@pytest.mark.parametrize("tokens", [False, True])
def test_a_secret_that_is_refused_is_told_with_what_to_do(api, database, tokens):
    more = {"ielts_api_token_url": f"{api.url}/token"} if tokens else {}

    standing, said, remedy = asked(database, api.url, ielts_api_client_secret="swordfish", **more)

    assert standing == "FAILURE"
    assert "refused" in said
    assert "RESULTS_IELTS_API_CLIENT_SECRET" in remedy
    assert "swordfish" not in said + remedy


def test_an_address_where_it_is_not_is_told(api, database):
    api.always = 404
    assert asked(database, api.url)[:2] == ("FAILURE", "The API answered 404.")
    assert asked(database, "http://127.0.0.1:9")[0] == "FAILURE"


def test_asking_counts_among_the_requests_of_the_day(api, database):
    asked(database, api.url, ielts_api_requests_per_day=1)

    assert asked(database, api.url, ielts_api_requests_per_day=1)[0] == "WARNING"
    assert len(api.requests) == 1
