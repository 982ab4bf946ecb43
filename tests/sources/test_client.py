from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.sources import quota
from core.sources.client import ResultsApi
from core.sources.failures import CredentialRefused, QuotaUsedUp, TooManyRecords, Unanswered
from core.trf_numbers import TrfNumber
from tests.builders import NOW
from tests.servers.ielts_api import a_record

NUMBER = TrfNumber.read(a_record(1)["trfNumber"])


@pytest.fixture
def client(database, settings):
    with ResultsApi(settings, database, lambda: NOW, sleep=lambda _: None) as client:
        yield client


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_generations_find_a_number_and_find_none(database, api, configured, version):
    api.put(a_record(1))
    with ResultsApi(configured(ielts_api_version=version), database, lambda: NOW) as client:
        (found,) = client.look_up(NUMBER).records
        nothing = client.look_up(TrfNumber.read("NONE1A"))

    assert found["trfNumber"] == NUMBER
    assert nothing.records == ()
    assert len(nothing.transaction_id) == 36
    assert api.requests[1]["transaction"] == nothing.transaction_id


@pytest.mark.parametrize(
    "fault", [500, 503, (429, {"Retry-After": "1"}), "hang up", "cut", "shapeless", "html"]
)
def test_what_fails_once_is_asked_again(client, api, fault):
    api.put(a_record(1))
    api.faults.append(fault)

    assert len(client.look_up(NUMBER).records) == 1
    assert len(api.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [
        500,
        302,
        404,
        (429, {"Retry-After": "3600"}),
        "hang up",
        "cut",
        "shapeless",
        "html",
        "contradiction",
    ],
)
def test_what_keeps_failing_is_no_answer_and_never_no_match(client, api, fault):
    api.always = fault

    with pytest.raises(Unanswered) as failed:
        client.look_up(NUMBER)

    assert failed.value.transaction_id == api.requests[-1]["transaction"]
    assert len(api.requests) == (1 if isinstance(fault, tuple) else 3)


def test_a_slow_answer_is_not_waited_for_for_ever(database, api, configured):
    api.always = 3.0
    settings = configured(ielts_api_timeout=0.2)
    with ResultsApi(settings, database, lambda: NOW, tries=1) as client:
        with pytest.raises(Unanswered, match="in time"):
            client.look_up(NUMBER)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_asked_once_and_named(client, api, status):
    api.always = status

    with pytest.raises(CredentialRefused, match=str(status)):
        client.look_up(NUMBER)
    assert len(api.requests) == 1


def test_a_bearer_token_is_fetched_once_used_and_renewed_when_refused(database, api, configured):
    api.put(a_record(1))
    settings = configured(ielts_api_token_url=f"{api.url}/token")
    with ResultsApi(settings, database, lambda: NOW) as client:
        client.look_up(NUMBER)
        client.look_up(NUMBER)
        assert len(api.tokens) == 1
        api.tokens[0] = "revoked early"
        assert client.look_up(NUMBER).records

    assert len(api.tokens) == 2


def test_a_wrong_secret_gets_no_token(database, api, configured):
    settings = configured(ielts_api_token_url=f"{api.url}/token", ielts_api_client_secret="wrong")
    with ResultsApi(settings, database, lambda: NOW) as client:
        with pytest.raises(CredentialRefused, match="token"):
            client.look_up(NUMBER)


def test_an_over_large_range_is_told_apart(client, api):
    api.most = 1
    api.put(a_record(1), a_record(2))

    with pytest.raises(TooManyRecords):
        client.modified(NOW - timedelta(hours=2), NOW)
    assert len(api.requests) == 1


def test_the_quota_of_a_day_holds_for_all_threads_together_and_ends_with_the_day(
    database, api, configured
):
    settings = configured(ielts_api_requests_per_day=5, ielts_api_requests_per_second=1000)
    with ResultsApi(settings, database, lambda: NOW, tries=1) as client:

        def ask(_):
            try:
                client.look_up(NUMBER)
            except QuotaUsedUp:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(ask, range(12))) == 5
    assert len(api.requests) == 5
    with database.reading() as session:
        assert quota.left_today(session, settings, NOW) == 0
        assert quota.left_today(session, settings, NOW + timedelta(days=1)) == 5


def test_a_busy_second_is_waited_out(database, api, configured, monkeypatch):
    seconds = iter(["second:1", "second:1", "second:1", "second:2"])
    monkeypatch.setattr(quota, "_second", lambda: next(seconds))
    settings = configured(ielts_api_requests_per_second=1)

    quota.spend(database, settings, NOW)
    quota.spend(database, settings, NOW)

    assert list(seconds) == []


def test_windows_that_are_over_are_forgotten(database, settings):
    quota.spend(database, settings, NOW)
    with database.transaction() as session:
        quota.forget_old(session, NOW + timedelta(days=1))
        assert quota.left_today(session, settings, NOW) == settings.ielts_api_requests_per_day
