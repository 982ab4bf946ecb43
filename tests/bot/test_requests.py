"""Who may talk to the application, and what it does while things around it fail."""

import json
import logging
import time
from urllib.parse import urlencode

import pytest

from bot import jobs
from playground.slack import Fault
from tests.bot.world import ANN, BO, wait_for, words, world
from tests.intake.shapes import number, record


@pytest.fixture
def desk(sqlite_url):
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        yield made


def body():
    return urlencode({"command": "/verify", "text": number(1), "team_id": "T0EXETER"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": str(int(time.time()))},
    ],
)
def test_a_request_that_slack_did_not_sign_is_refused(desk, headers):
    assert desk.slack.send_raw(body(), headers).status == 401


def test_a_request_that_is_replayed_after_five_minutes_is_refused(desk):
    old = desk.slack.signed(body(), at=time.time() - 301)

    assert desk.slack.send_raw(body(), old).status == 401


def test_a_signature_is_of_one_body(desk):
    assert desk.slack.send_raw(body() + "x", desk.slack.signed(body())).status == 401


def test_a_body_that_is_too_large_is_refused(desk):
    assert desk.slack.send_raw("x" * 600_000, {}).status == 413


def test_slack_is_told_its_challenge(desk):
    asked = json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"})
    headers = desk.slack.signed(asked) | {"Content-Type": "application/json"}

    assert "c1" in desk.slack.send_raw(asked, headers).body


def test_a_person_is_asked_about_once_for_many_requests(desk):
    for _ in range(5):
        desk.types(ANN, "/verify", number(1))

    asked = [one.method for one in desk.slack.workspace.calls]
    assert asked.count("users.info") == 1
    assert asked.count("conversations.info") == 1
    assert asked.count("auth.test") == 1


def test_while_slack_cannot_say_who_somebody_is_nothing_is_done(desk):
    desk.slack.faults = [Fault("users.info", status=500)]
    refused = desk.types(ANN, "/verify", number(1))
    assert "could not be asked who you are" in words(refused)

    assert desk.types(ANN, "/verify", number(1)).text == "No match found."


def test_a_stalled_database_is_acknowledged_at_once_and_answered_when_it_wakes(desk, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr("bot.patience.PATIENCE_SECONDS", 0.3)
    desk.types(ANN, "/verify", number(1))
    desk.arrive(record(1))
    with desk.database.transaction():
        exchange = desk.slack.slash(ANN, "/download")
        assert exchange.acknowledged
        assert exchange.seconds < 1
        waiting = desk.seen(ANN, more_than=1)[-1]
        assert "Busy just now" in waiting.text
        assert "try again" in waiting.text

    ready = desk.seen(ANN, more_than=2)[-1]
    assert "Download 1: 1 record" in words(ready)


def test_too_many_who_wait_are_told_to_try_again(desk, monkeypatch):
    desk.types(ANN, "/verify", number(1))
    monkeypatch.setattr("bot.desk.MOST_WAITING", 0)

    refused = desk.types(ANN, "/verify", number(1))

    assert "nothing is lost. Try again in a minute." in words(refused)


def test_a_click_and_a_direct_message_while_nothing_can_be_done_are_told_so(desk, monkeypatch):
    desk.arrive(record(1))
    summary = desk.types(ANN, "/results")
    monkeypatch.setattr("bot.desk.MOST_WAITING", 0)

    busy = desk.clicks(ANN, summary, "Download now")
    assert "nothing is lost. Try again in a minute." in words(busy)
    message = {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN}
    desk.slack.event(message | {"text": "results"})

    assert "nothing is lost. Try again in a minute." in words(desk.seen(ANN, more_than=2)[-1])
    assert desk.owed() == []


@pytest.mark.parametrize("slow", [False, True])
def test_a_bug_is_said_with_a_reference_and_logged_without_anybodys_data(
    desk, monkeypatch, caplog, slow
):
    def fail(*_, **__):
        if slow:
            time.sleep(0.4)
        raise ZeroDivisionError

    monkeypatch.setattr("core.commands.together.verify_all", fail)
    with caplog.at_level(logging.INFO):
        said = desk.types(ANN, "/verify", number(1))

    assert "it is our fault" in words(said)
    assert "reference" in words(said)
    assert number(1) not in caplog.text


def test_a_second_click_downloads_nothing_twice(desk):
    desk.arrive(record(1))
    summary = desk.types(ANN, "/results")
    from tests.bot.world import button

    for _ in range(3):
        desk.slack.click(ANN, summary, button(summary, "Download now"))
    wait_for(desk.owed)
    time.sleep(0.3)

    assert len(desk.owed()) == 1
    assert len(desk.seen(ANN)) == 2


def test_refused_blocks_are_answered_plainly(desk):
    desk.types(ANN, "/verify", number(1))
    from bot.blocks import render

    said = render.Said("Text.", ({"type": "table", "rows": [[{"text": "a"}, {"text": "b"}]]},))
    assert said.simpler().blocks[0]["text"]["text"] == "a · b"


def test_one_of_another_organisation_cannot_link_here(desk):
    with desk.database.transaction() as session:
        from sqlmodel import select

        from core.link_codes import send_code
        from core.tables import User

        eve = session.exec(select(User).where(User.email == "eve@leeds.example")).one()
        send_code(session, eve, now=desk.clock())

    refused = desk.types(BO, "/ielts", f"link {desk.code('eve@leeds.example')}")

    assert "another organisation" in words(refused)
