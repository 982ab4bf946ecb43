"""The passphrase of one's zip files, set in Slack: it is in the submission and nowhere else."""

import json
import logging

import pytest
import structlog
from cryptography.fernet import Fernet
from sqlmodel import select

from core.file_policies import passphrase_of
from core.tables import AuditEvent, Outgoing, Passphrase
from tests.bot.test_forms import block, submitted, text
from tests.bot.world import ANN, BO, buttons, words, world

WORDS = "correct horse battery's staple <&>"


@pytest.fixture
def ann(sqlite_url):
    with world(sqlite_url, "http", secret_key=Fernet.generate_key().decode()) as made:
        made.link(ANN)
        yield made


def open_form(desk):
    return desk.opens(ANN, desk.types(ANN, "/ielts", "passphrase"), "Set a passphrase")


def test_a_passphrase_is_set_in_a_form_and_kept_as_it_was_typed(ann, caplog):
    form = open_form(ann)
    assert "initial_value" not in block(form, "passphrase")["element"]
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        answer = submitted(ann, form, passphrase=text(WORDS))

    assert "Your passphrase is set" in words(answer)
    with ann.database.reading() as session:
        (row,) = session.exec(select(Passphrase)).all()
        assert passphrase_of(session, row.user_id, ann.settings) == WORDS
        kept = [repr(one) for one in session.exec(select(AuditEvent))]
        kept += [json.dumps(one.about) for one in session.exec(select(Outgoing))]
    slack = ann.slack.workspace
    shown = json.dumps([list(slack.views.values()), list(slack.homes.values())])
    for place in (*kept, shown, words(answer), caplog.text, str(lines)):
        assert "horse" not in place
    assert form["private_metadata"] == "{}"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("short", "at least 12"),
        ('correct "horse" battery', "no quotation marks"),
        ("correct horse b\u00e4ttery", "without accents"),
    ],
)
def test_one_that_will_not_do_is_shown_in_place_and_changes_nothing(ann, typed, problem):
    errors = submitted(ann, open_form(ann), passphrase=text(typed))

    assert problem in errors["passphrase"]
    with ann.database.reading() as session:
        assert session.exec(select(Passphrase)).all() == []


def test_without_a_key_to_keep_it_the_form_says_whom_to_ask(sqlite_url):
    with world(sqlite_url, "http") as desk:
        desk.link(ANN)
        answer = submitted(desk, open_form(desk), passphrase=text(WORDS))
    assert "RESULTS_SECRET_KEY" in words(answer)


def test_an_administrator_chooses_the_policy_with_a_button(ann):
    ann.link(BO)
    shown = ann.types(ANN, "/ielts", "attachments")
    assert {"Encrypt", "Keep out of mail", "Set a passphrase"} <= set(buttons(shown))
    assert "Attach" not in buttons(shown)

    changed = ann.clicks(ANN, shown, "Encrypt")

    assert "You have set no passphrase" in words(changed)
    theirs = ann.types(BO, "/ielts", "attachments")
    assert set(buttons(theirs)) == {"Set a passphrase"}
    assert "AES-256" in words(theirs)


def test_reply_addresses_are_ended(ann):
    assert "0 reply addresses" in words(ann.types(ANN, "/ielts", "revoke"))
