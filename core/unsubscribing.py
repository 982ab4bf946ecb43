"""One click ends the mail of notifications (RFC 8058), for whoever holds a message's own token."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from core import audit
from core.account_notices import owe_change
from core.actors import actor_by_id
from core.phrases import say
from core.preferences import Wishes, set_notifications, show_notifications
from core.refusals import Refusal
from core.reply_tokens import hashed
from core.tables import ReplyToken
from core.terms import Surface

TOLD = say(
    "Notifications by mail were ended by the unsubscribe address of one of our mails. "
    "`notifications mail=on` starts them again."
)


def unsubscribe(session: Session, token: str, *, now: datetime) -> bool:
    """Turn mail off for the user to whom a message with this token went; False for no such token.

    Their login address hears of it, in case it was not they who clicked. It does no more than
    that, twice is once, and a message's age does not matter. Answer the same for any token:
    nobody is to learn which exist. Only a POST may do it, since link scanners follow every link.
    """
    row = session.exec(
        select(ReplyToken).where(ReplyToken.unsubscribe_hash == hashed(token))
    ).first()
    if row is None:
        return False
    try:
        actor = actor_by_id(session, row.user_id, Surface.MAIL)
    except Refusal:
        return False
    if show_notifications(session, actor).mail:
        set_notifications(session, actor, None, Wishes(mail=False), now=now)
        audit.record(session, actor, "mail:unsubscribed", now=now, subject=actor.email)
        owe_change(session, actor, TOLD, now=now)
    return True
