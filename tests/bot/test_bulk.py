"""Long lists, where IELTS is asked about each number: one message tells how far it is."""

import threading
import time

import pytest

from core.sources import live
from playground.slack import Fault
from tests.bot.world import ANN, wait_for, words, world
from tests.servers.ielts_api import CLIENT, SECRET, IeltsApi, a_record

NUMBERS = [a_record(n)["trfNumber"] for n in range(1, 251)]


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr("core.sources.client.PAUSES", (0.0,))


@pytest.fixture(params=["http", "socket"])
def desk(request, sqlite_url):
    api = IeltsApi(*(a_record(n) for n in range(1, 241)))
    api.always = 0.1
    asked = {
        "ielts_api_url": api.url,
        "ielts_api_client_id": CLIENT,
        "ielts_api_client_secret": SECRET,
        "ielts_api_requests_per_second": 500,
    }
    with world(sqlite_url, request.param, **asked) as made:
        made.api = api
        made.link(ANN)
        yield made
    api.close()


def drop(desk, numbers=NUMBERS):
    assert desk.slack.drops(ANN, "list.csv", "\r\n".join(numbers).encode())[0].acknowledged


def ended(desk, text, within=30):
    wait_for(lambda: any(text in words(one) for one in desk.slack.workspace.seen_by(ANN)), within)
    return [one for one in desk.slack.workspace.seen_by(ANN) if one.channel == "D0ANN"]


def updates(desk):
    return [one for one in desk.slack.workspace.calls if one.method == "chat.update"]


def test_a_dropped_list_is_one_message_that_tells_how_far_and_ends_with_the_file(desk):
    drop(desk)
    wait_for(lambda: "about 100 of 250 numbers" in words(desk.seen(ANN)[0]), 20)

    (message,) = ended(desk, "Your list was checked.")

    assert "*240* match" in words(message)
    assert "*10* no match" in words(message)
    assert all(one.response["ok"] for one in updates(desk)), "never faster than once a second"
    desk.send()
    (file,) = [one for one in desk.slack.workspace.files.values() if one.shared_in]
    assert file.shared_in == ["D0ANN"]
    assert file.data.decode().count("\r\n") == 251


def test_many_typed_numbers_are_answered_at_once_and_checked_in_direct_messages(desk):
    desk.api.always = None
    exchange = desk.slack.slash(ANN, "/verify", " ".join(NUMBERS[:150]))

    assert exchange.seconds < 1
    first = desk.seen(ANN)[0]
    assert "150 numbers are being checked." in first.text
    assert first.only_for == ANN
    (message,) = ended(desk, "Your list was checked.")
    assert "*150* match" in words(message)


def test_while_ielts_is_away_a_list_does_not_wait_for_each_piece(desk):
    desk.api.always = 503

    drop(desk)

    (message,) = ended(desk, "could not be checked")
    assert "*250* could not be checked" in words(message)
    asked = {one["trfNumber"] for one in desk.api.requests}
    assert len(asked) <= 2 * live.MOST


def test_a_list_over_the_limit_asks_nobody(desk):
    desk.settings.__dict__["look_ups_per_user"] = 249

    drop(desk)

    (message,) = ended(desk, "more than the 249")
    assert "Nothing was looked up" in words(message)
    assert desk.api.requests == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("chat.update", 2, status=429, error="ratelimited", retry_after=1),
        Fault("chat.update", 2, status=503),
        Fault("chat.update", 2, lost=True),
    ],
    ids=["429", "503", "lost"],
)
def test_an_update_that_fails_is_made_up_for(desk, fault):
    desk.slack.faults = [fault]

    drop(desk, NUMBERS[:150])

    (message,) = ended(desk, "Your list was checked.")
    assert "*150* match" in words(message)


def test_a_message_that_somebody_deleted_is_followed_by_another(desk):
    drop(desk, NUMBERS[:150])
    desk.seen(ANN)
    desk.slack.workspace.said.clear()

    (message,) = ended(desk, "Your list was checked.")

    assert "*150* match" in words(message)


def test_a_bug_on_the_way_is_told_with_its_reference(desk, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("core.sources.live.refresh", broken)

    drop(desk)

    assert "the reference" in words(ended(desk, "it is our fault")[-1])


def test_a_service_that_ends_says_so_and_the_list_goes_on_from_there_later(sqlite_url):
    api = IeltsApi(*(a_record(n) for n in range(1, 251)))
    api.always = 0.1
    asked = {
        "ielts_api_url": api.url,
        "ielts_api_client_id": CLIENT,
        "ielts_api_client_secret": SECRET,
        "ielts_api_requests_per_second": 500,
    }
    with world(sqlite_url, "socket", **asked) as desk:
        desk.api = api
        desk.link(ANN)
        drop(desk)
        wait_for(lambda: len(api.requests) > 10, 20)
        ending = threading.Thread(target=desk.part.stop, args=(10,))
        ending.start()
        (message,) = ended(desk, "is being restarted")
        ending.join()
        assert "Nothing was counted" in words(message)
        time.sleep(0.1)
    assert len(api.requests) <= live.MOST
    api.close()
