"""One-click unsubscribing over HTTP, as mail providers and people's browsers do it."""

import re
from datetime import timedelta

import httpx
import pytest
import structlog
from sqlmodel import select

from core import reply_tokens
from core.tables import AuditEvent, Preference
from tests.builders import NOW, a_user

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def token(door):
    """That of a letter to Ann."""
    made = reply_tokens.new_token()
    with door.database.transaction() as session:
        ann = a_user(session, door.organisation)
        reply_tokens.keep(
            session,
            made,
            ann.id,
            message_id="<x@y>",
            subject="x",
            now=NOW,
            expires_at=NOW + timedelta(days=60),
        )
    return made.unsubscribe


def address(door, token):
    return f"{door.url}/mail/unsubscribe/{token}"


def mail_is_on(door):
    with door.database.reading() as session:
        return session.exec(select(Preference)).one().mail_on


@pytest.mark.parametrize(
    "sent",
    [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}],
    ids=["urlencoded", "multipart"],
)
def test_a_click_ends_mail_and_a_second_one_changes_nothing(door, token, sent):
    first = httpx.post(address(door, token), **sent)
    again = httpx.post(address(door, token), **sent)

    assert first.status_code == again.status_code == 200
    assert first.text == again.text
    assert not mail_is_on(door)
    with door.database.reading() as session:
        events = session.exec(select(AuditEvent.action)).all()
    assert events.count("mail:unsubscribed") == 1


def test_looking_at_the_address_changes_nothing_and_offers_a_button(door, token):
    for method in ("GET", "HEAD", "OPTIONS"):
        httpx.request(method, address(door, token))
    page = httpx.get(address(door, token))

    assert mail_is_on(door)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    name, value = re.search(r'type="hidden" name="([^"]+)" value="([^"]+)"', page.text).groups()
    assert httpx.post(address(door, token), data={name: value}).status_code == 200
    assert not mail_is_on(door)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data": {"List-Unsubscribe": "no"}},
        {"data": {"x": "One-Click"}},
        {"content": b"List-Unsubscribe=One-Click", "headers": {"Content-Type": "text/plain"}},
        {"data": ONE_CLICK | {"x": "y" * 5000}},
        {"files": {"List-Unsubscribe": ("x.txt", b"One-Click")}},
    ],
)
def test_a_post_that_does_not_say_so_ends_nothing(door, token, sent):
    assert httpx.post(address(door, token), **sent).status_code == 400
    assert mail_is_on(door)


def test_every_token_is_answered_alike(door, token):
    answers = [
        httpx.post(address(door, one), data=ONE_CLICK)
        for one in (token, "x", "0" * 32, "%00", "\u00e9")
    ]
    pages = [httpx.get(address(door, one)).text for one in (token, "x")]

    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    assert len(set(pages)) == 1


def test_whoever_tries_many_tokens_is_slowed(door, token, monkeypatch):
    monkeypatch.setattr(door.clicks, "_clock", lambda: 0.0)  # however slow the machine is
    with httpx.Client() as client:
        tries = [client.post(address(door, n), data=ONE_CLICK).status_code for n in range(130)]

    assert tries[0] == 200
    assert tries[-1] == 429
    assert httpx.post(address(door, token), data=ONE_CLICK).status_code == 429
    assert mail_is_on(door)


def test_the_log_never_has_the_token(door, token):
    with structlog.testing.capture_logs() as lines:
        httpx.post(address(door, token), data=ONE_CLICK)

    assert [one["route"] for one in lines] == ["/mail/unsubscribe/{token}"]
    assert token not in str(lines)
