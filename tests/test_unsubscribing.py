from datetime import timedelta

from sqlmodel import select

from core import reply_tokens
from core.tables import AuditEvent, Preference, User
from core.unsubscribing import unsubscribe
from tests.builders import NOW, a_user, an_organisation
from tests.ledger import told as told_of


def a_token(session, user_id):
    token = reply_tokens.new_token()
    reply_tokens.keep(
        session,
        token,
        user_id,
        message_id="<x@y>",
        subject="x",
        now=NOW,
        expires_at=NOW + timedelta(days=60),
    )
    return token


def test_one_click_ends_a_users_mail_and_no_more(database):
    with database.transaction() as session:
        organisation = an_organisation(session)
        ann, bo = (a_user(session, organisation, f"{one}@uni.example").id for one in ("ann", "bo"))
        token = a_token(session, ann)
        assert unsubscribe(session, token.unsubscribe, now=NOW)
        assert unsubscribe(session, token.unsubscribe, now=NOW)

        assert session.get_one(Preference, ann).mail_on is False
        assert session.get_one(Preference, bo).mail_on is True
        events = [one.action for one in session.exec(select(AuditEvent))]
        (told,) = told_of(session, "settings-changed")
    assert events.count("mail:unsubscribed") == 1
    assert told.recipient.address == "ann@uni.example"
    assert "`notifications mail=on`" in told.notice.change


def test_no_other_token_does_anything(database):
    with database.transaction() as session:
        ann = a_user(session, an_organisation(session)).id
        token = a_token(session, ann)
        for other in (token.reply, "x", "", reply_tokens.new_token().unsubscribe):
            assert not unsubscribe(session, other, now=NOW)
        assert reply_tokens.find(session, reply_tokens.hashed(token.unsubscribe), now=NOW) is None
        assert session.get_one(Preference, ann).mail_on is True


def test_a_removed_user_has_nothing_to_end(database):
    with database.transaction() as session:
        ann = a_user(session, an_organisation(session)).id
        token = a_token(session, ann)
        session.get_one(User, ann).removed_at = NOW
        session.flush()
        assert not unsubscribe(session, token.unsubscribe, now=NOW)
