"""queue at a terminal: what was put aside of the mail that came in, beside what goes out."""

import json

import pytest
from sqlmodel import select

from core import inbox, reply_tokens
from core.database import Database
from core.inbox import Arrived
from core.outbox import MAIL_LANE, Owed, owe
from core.tables import AuditEvent, Incoming, Organisation, Outgoing, User
from core.terms import Channel, Fate
from tests.builders import NOW
from tests.walks.terminal import Terminal

SECRET = "25GB000595ZOLJS03G"


@pytest.fixture
def terminal(tmp_path, sqlite_url):
    terminal = Terminal(tmp_path, sqlite_url)
    terminal.type("org", "add", "Exeter", "--account-name", "E", "--address", "A")
    terminal.type(
        *("admin", "add", "Exeter", "--first", "Ann", "--family", "Bell"),
        *("--email", "ann@uni.example"),
    )
    return terminal


@pytest.fixture
def database(terminal):
    opened = Database(terminal.database_url)
    yield opened
    opened.close()


@pytest.fixture
def shunted(database):
    """One mail at a reply address of Ann's and one from a stranger, both put aside."""
    token = reply_tokens.new_token()
    raw = f"Subject: verify {SECRET}\r\n\r\n".encode()
    with database.transaction() as session:
        ann = session.exec(select(User.id)).one()
        reply_tokens.keep(
            session, token, ann, message_id="<x@y>", subject="", now=NOW, expires_at=NOW
        )
        mails = [
            Arrived("1", "reply", reply_tokens.hashed(token.reply), "a@b.example", "smtp", raw),
            Arrived("2", "results", None, "jane.zola@mail.example", "lmtp", raw),
        ]
        inbox.store(session, mails, now=NOW)
        ids = list(session.exec(select(Incoming.id).order_by(Incoming.id)))
        for one in ids:
            inbox.shunt(session, one, "The log has the reason under 1a2b3c4d.", now=NOW)
    return [f"M{one}" for one in ids]


def fates(database):
    with database.reading() as session:
        rows = session.exec(select(Incoming).order_by(Incoming.id)).all()
        return [(row.fate, bool(row.raw)) for row in rows]


def test_shunted_mail_is_listed_with_its_reason_and_nothing_of_a_candidate(terminal, shunted):
    listed = terminal.json("queue", "list")

    assert [(one["id"], one["to"], one["from"]) for one in listed["mails"]] == [
        (shunted[0], "reply", "ann@uni.example"),
        (shunted[1], "results", "mail.example"),
    ]
    assert {one["reason"] for one in listed["mails"]} == {"The log has the reason under 1a2b3c4d."}
    shown = terminal.type("queue", "list").stdout
    assert "was put aside" in shown
    assert f"\n{shunted[0]}" in shown
    for text in (shown, json.dumps(listed)):
        assert SECRET not in text
        assert "jane.zola" not in text
        assert "a@b.example" not in text


def test_a_shunted_mail_is_retried_by_its_number(terminal, database, shunted):
    retried = terminal.json("queue", "retry", shunted[0].lower())

    assert retried == {"changed": 1, "message": "1 mail is worked on again."}
    assert fates(database) == [("ready", True), ("shunted", True)]
    with database.reading() as session:
        exeter = session.exec(select(Organisation.id)).one()
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "mail:retried")).one()
    assert (event.organisation_id, event.subject) == (exeter, shunted[0])


def test_a_shunted_mail_is_dropped_with_its_content(terminal, database, shunted):
    assert "2 mails were dropped." in terminal.type("queue", "drop", *shunted, shunted[0]).stdout

    assert fates(database) == [("dropped", False), ("dropped", False)]
    assert terminal.json("queue", "list")["mails"] == []


def test_messages_and_mails_of_one_number_are_told_apart(terminal, database, shunted):
    with database.transaction() as session:
        owe(session, [Owed(Channel.MAIL, MAIL_LANE, "k", "test", {})], now=NOW)
        for row in session.exec(select(Outgoing)):
            row.fate = Fate.DEAD.value
    number = shunted[0].removeprefix("M")

    both = terminal.json("queue", "retry", number, shunted[0])

    assert both["changed"] == 2
    assert both["message"] == "1 message is sent now. 1 mail is worked on again."
    assert fates(database)[1] == ("shunted", True)


def test_all_takes_both_and_then_nothing_is_left(terminal, database, shunted):
    assert terminal.json("queue", "drop", "--all")["changed"] == 2
    assert "Nothing needs a decision." in terminal.type("queue", "drop", "--all", exits=4).stderr


@pytest.mark.parametrize(
    ("typed", "exits"), [("M99", 4), ("99", 4), ("X1", 2), ("M", 2), ("M1x", 2)]
)
def test_what_is_no_number_of_the_queue_changes_nothing(terminal, database, shunted, typed, exits):
    terminal.type("queue", "drop", shunted[0], typed, exits=exits)

    assert fates(database) == [("shunted", True)] * 2
