"""Slack Connect: where others may be, nothing is said, and where we cannot tell, not aloud."""

import pytest

from bot.askers import is_said_to_be_shared
from core.terms import Fate
from playground.slack import Fault
from tests.bot.world import ANN, BO, OPEN, TEAM, button, words, world
from tests.intake.shapes import number, record

CLOSED = "C0CLOSED"
US = {"team": {"id": TEAM}, "user": {"id": ANN, "team_id": TEAM}}


@pytest.fixture(params=["http", "socket"])
def ann(request, sqlite_url):
    with world(sqlite_url, request.param) as made:
        made.link(ANN)
        made.arrive(record(1))
        made.slack.workspace.add_channel(CLOSED, "closed", ANN, BO, is_private=True)
        yield made


@pytest.mark.parametrize(
    ("body", "shared"),
    [
        ({"is_ext_shared_channel": True}, True),
        ({"is_ext_shared_channel": "true"}, True),
        ({"is_ext_shared_channel": "false", "channel_id": OPEN}, False),
        (US | {"channel": {"id": OPEN, "name": "x"}}, False),
        (US | {"channel": {"id": OPEN, "is_ext_shared": True}}, True),
        (US | {"channel": {"id": OPEN, "is_pending_ext_shared": True}}, True),
        (US | {"user": {"id": "U9", "team_id": "T0LEEDS"}}, True),
        (US | {"message": {"text": "x", "team": "T0LEEDS"}}, True),
        (US | {"message": {"text": "x", "user_team": "T0LEEDS", "team": TEAM}}, True),
        (US | {"message": {"text": "x", "source_team": "T0LEEDS"}}, True),
        (US | {"message": {"text": "x", "team": TEAM}}, False),
        (US | {"enterprise": {"id": "E1"}, "message": {"text": "x", "team": "T0SECOND"}}, False),
        ({"team": None, "enterprise": {"id": "E1"}, "user": {"team_id": TEAM}}, False),
        ({}, False),
    ],
)
def test_what_a_request_tells_of_where_it_comes_from(body, shared):
    assert is_said_to_be_shared(body) is shared


def test_a_hint_in_the_request_is_enough_even_if_slack_cannot_be_asked(ann):
    ann.slack.faults = [Fault("conversations.info", 9, status=500)]
    ann.slack.slash(ANN, "/verify", number(1), is_ext_shared_channel="true")
    assert "shared with another organisation" in words(ann.seen(ANN)[-1])

    text = f"Please check {number(1)}"
    ann.slack.message_shortcut(ANN, "verify-numbers", text, team="T0LEEDS")

    assert "shared with another organisation" in words(ann.seen(ANN, more_than=1)[-1])


@pytest.mark.parametrize("channel", [OPEN, CLOSED])
def test_where_slack_does_not_say_the_answer_is_for_one_and_nothing_is_shared(ann, channel):
    if channel == OPEN:
        ann.slack.faults = [Fault("conversations.info", 9, error="missing_scope")]
    card = ann.types(ANN, "/verify", number(1), channel)

    assert "Match found." in card.text
    assert card.only_for == ANN
    assert "cannot see that this channel is yours alone" in words(
        ann.clicks(ANN, card, "Share masked")
    )
    assert "yours alone" in words(ann.types(ANN, "/ielts", "channel here", channel))
    assert [one for one in ann.slack.workspace.said if one.only_for is None] == []


def test_once_the_bot_is_invited_it_sees_at_once(ann):
    card = ann.types(ANN, "/verify", number(1), CLOSED)
    ann.clicks(ANN, card, "Share masked")
    ann.slack.workspace.conversations[CLOSED].members.add("U0BOT")

    ann.types(ANN, "/ielts", "channel here", CLOSED)

    assert [one.channel for one in ann.slack.workspace.said if one.only_for is None] == [CLOSED]


@pytest.mark.parametrize("flag", ["is_ext_shared", "is_pending_ext_shared"])
def test_a_channel_that_was_shared_after_it_was_seen_gets_no_card(ann, flag):
    card = ann.types(ANN, "/verify", number(1))
    setattr(ann.slack.workspace.conversations[OPEN], flag, True)

    ann.slack.click(ANN, card, button(card, "Share masked"))

    assert "yours alone" in words(ann.seen(ANN, more_than=1)[-1])
    assert [one for one in ann.slack.workspace.said if one.only_for is None] == []


def test_a_channel_that_was_shared_after_it_was_chosen_hears_no_news(ann):
    ann.types(ANN, "/ielts", "channel here")
    ann.slack.workspace.conversations[OPEN].is_ext_shared = True
    before = len(ann.slack.workspace.said)
    ann.arrive(record(2))

    ann.send()

    (row,) = ann.owed(kind="channel-news")
    assert Fate(row.fate) is Fate.DEAD
    assert "shared with another company" in row.last_error
    assert len(ann.slack.workspace.said) == before
