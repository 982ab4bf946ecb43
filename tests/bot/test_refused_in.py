"""A refusal is told in the language that the person chose, as an answer is."""

import pytest

from tests.bot.test_forms import HOME, submitted, text, ticked
from tests.bot.world import ANN, BO, OPEN, SHARED, words, world
from tests.intake.shapes import number, record

AMERICAN, BRITISH = "organization", "organisation"
NOBODY = "users remove zoe@uni.example"


@pytest.fixture
def ann(sqlite_url):
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        made.types(ANN, "/ielts", "settings language=en-US")
        yield made


def american(said):
    return AMERICAN in words(said) and BRITISH not in words(said)


def test_to_a_command(ann):
    ann.link(BO)

    assert american(ann.types(ANN, "/ielts", NOBODY))
    assert american(ann.types(ANN, "/verify", number(1), SHARED))
    assert BRITISH in words(ann.types(BO, "/users"))


def test_to_what_is_typed_in_direct_messages_and_its_notification_repeats_nothing(ann):
    before = len(ann.seen(ANN))
    ann.slack.event(
        {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN, "text": NOBODY}
    )
    refused = ann.seen(ANN, more_than=before)[-1]

    assert american(refused)
    assert refused.text == "That could not be done. The message says why."


def test_to_a_button_and_to_one_who_shares(ann):
    summary = ann.types(ANN, "/results")
    click = {"type": "button", "action_id": "run:remove", "value": NOBODY}
    before = len(ann.seen(ANN))
    ann.slack.click(ANN, summary, click)
    assert american(ann.seen(ANN, more_than=before)[-1])

    ann.arrive(record(1))
    card = ann.types(ANN, "/verify", number(1))
    ann.slack.workspace.conversations[OPEN].is_ext_shared = True
    assert american(ann.clicks(ANN, card, "Share masked"))
    assert american(ann.types(ANN, "/ielts", "channel here"))


def test_on_the_home_tab_in_a_modal(ann):
    ann.slack.event(HOME | {"user": ANN})
    home, before = ann.home(ANN), ann.modals()
    click = {"type": "button", "action_id": "run:remove", "value": NOBODY}

    ann.slack.click(ANN, home, click)

    assert american(ann.view(before))


def test_at_the_input_of_a_form(ann):
    view = ann.opens(ANN, ann.types(ANN, "/users"), "Create a user")
    wrong = {"role": ticked(), "first": text("Cy"), "family": text("Day"), "email": text("cy@uni")}

    errors = submitted(ann, view, **wrong)

    assert "not an email address" in errors["email"]
