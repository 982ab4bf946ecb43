"""The official results API behind the Slack desk: away, slow, and well again."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest

from core import feeds
from core.courier import Courier
from core.sources import live, polling
from core.terms import Channel
from mail.transport import mail_transport
from tests.bot.world import ANN, words, world
from tests.servers.ielts_api import CLIENT, SECRET, IeltsApi, a_record

NUMBER = a_record(1)["trfNumber"]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr("core.sources.client.PAUSES", (0.0,))


@contextmanager
def a_desk(database_url, over, **more):
    api = IeltsApi(a_record(1))
    asked = {
        "ielts_api_url": api.url,
        "ielts_api_client_id": CLIENT,
        "ielts_api_client_secret": SECRET,
        "ielts_api_organisation": "Exeter",
    }
    try:
        with world(database_url, over, **asked | more) as made:
            made.api = api
            made.link(ANN)
            yield made
    finally:
        api.close()


@pytest.fixture(params=["http", "socket"])
def desk(request, sqlite_url):
    with a_desk(sqlite_url, request.param) as made:
        yield made


def closed(desk):
    """The API's port refuses every connection."""
    desk.api.close()


def broken(desk):
    desk.api.always = 503


def hung_up(desk):
    desk.api.always = "hang up"


@pytest.mark.parametrize("fails", [closed, broken, hung_up])
def test_a_number_that_cannot_be_asked_about_is_unavailable_and_never_no_match(desk, fails):
    fails(desk)

    card = desk.types(ANN, "/verify", NUMBER)

    assert card.only_for == ANN
    assert card.text == "The number could not be checked."
    assert "does not mean that there is none" in words(card)
    assert "No match found" not in words(card)
    if fails is closed:
        return
    desk.api.always = None
    assert "Match found." in words(desk.clicks(ANN, card, "Try again"))


def test_one_that_hangs_costs_a_person_no_more_than_the_surfaces_time(desk, monkeypatch):
    monkeypatch.setattr(live, "SECONDS", 3.0)
    desk.api.always = 20.0

    exchange = desk.slack.slash(ANN, "/verify", NUMBER)

    assert exchange.acknowledged
    assert exchange.seconds < 1
    waiting = desk.seen(ANN)[-1]
    assert "Nothing is lost" in waiting.text
    card = desk.seen(ANN, more_than=1)[-1]
    assert card.text == "The number could not be checked."


def test_a_form_waits_as_long_and_shows_the_card_in_its_place(desk, monkeypatch):
    monkeypatch.setattr(live, "SECONDS", 2.5)
    desk.api.always = 20.0
    desk.slack.shortcut(ANN, "verify-form")
    view = desk.view(0)

    entry = {"numbers": {"type": "plain_text_input", "value": NUMBER}}
    answer = desk.slack.submit(ANN, view, entry)

    assert answer.document["response_action"] == "update"
    assert answer.seconds < 3
    assert "One moment" in json.dumps(answer.document)
    assert "could not be checked" in words(desk.view(0))


def test_a_record_that_we_have_is_shown_with_its_age_while_the_api_is_away(desk):
    desk.types(ANN, "/verify", NUMBER)
    desk.now[0] += 3 * HOUR
    broken(desk)

    card = desk.types(ANN, "/verify", NUMBER)

    assert card.text == "Match found."
    assert "as it was 3 hours ago" in words(card)


def test_in_a_list_only_the_numbers_that_could_not_be_asked_about_are_unavailable(desk):
    other = a_record(2)["trfNumber"]
    desk.api.always = lambda query: 500 if query["trfNumber"] == other else None

    table = desk.types(ANN, "/verify", f"{NUMBER} {other}")

    rows = [json.dumps(row) for block in table.blocks for row in block.get("rows", ())]
    assert "could not be checked" in next(row for row in rows if other in row)
    assert '"match"' in next(row for row in rows if NUMBER in row)


def letters(desk):
    return sorted(desk.settings.outbox_dir.glob("*.eml"))


def everything_sent(desk):
    """What mail and Slack carry, as a worker would."""
    desk.send()
    carried = {Channel.MAIL: mail_transport(desk.settings, desk.database, desk.clock)}
    courier = Courier(desk.database, carried, "w1", desk.clock)
    courier.send([row.id for row in desk.owed_by(Channel.MAIL)])


def test_the_feed_alarm_is_told_once_by_mail_and_slack_and_once_when_it_is_well(
    sqlite_url, tmp_path
):
    with a_desk(sqlite_url, "http", ielts_api_version="1", outbox_dir=tmp_path / "outbox") as desk:
        everything_sent(desk)
        before = len(letters(desk))
        desk.api.secret = "another"
        for _ in range(3):
            polling.tick(desk.database, desk.settings, desk.clock())
            feeds.tick(desk.database, desk.settings, desk.clock())
            everything_sent(desk)
            desk.now[0] += HOUR
        (alarm,) = desk.seen(ANN)
        assert alarm.channel == "D0ANN"
        assert alarm.text == "The feed of IELTS results needs attention."
        assert "RESULTS_IELTS_API_CLIENT_SECRET" in words(alarm)
        assert len(letters(desk)) == before + 1

        desk.api.secret = SECRET
        for _ in range(3):
            polling.tick(desk.database, desk.settings, desk.clock())
            feeds.tick(desk.database, desk.settings, desk.clock())
            everything_sent(desk)
            desk.now[0] += HOUR
        well = desk.seen(ANN, more_than=1)[-1]
        assert well.text == "The feed of IELTS results is well again."
        assert len(desk.seen(ANN)) == 2
        assert len(letters(desk)) == before + 2
