"""Mail to a user is paused when their address refuses it for good; administrators are told."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col

from core import audit
from core.actors import actor_by_id
from core.composing import Composition, composes
from core.notices import MailPaused
from core.outbox import owe
from core.preferences import Wishes, set_notifications
from core.routes import routes
from core.tables import Preference, User
from core.terms import Role, Surface


def pause(session: Session, user_id: int, address: str, reason: str, *, now: datetime) -> bool:
    """Send nothing more to the address, if it is where the user's mail goes and mail is on.

    `notifications mail=on` ends it.
    """
    user, preference = session.get(User, user_id), session.get(Preference, user_id)
    if user is None or user.removed_at is not None or preference is None:
        return False
    if not preference.mail_on or address.lower() != (preference.address or user.email):
        return False
    actor = actor_by_id(session, user_id, Surface.MAIL)
    set_notifications(session, actor, None, Wishes(mail=False), now=now)
    audit.record(session, actor, "mail:paused", now=now, subject=address)
    about = {"user": user_id, "address": address, "reason": reason[:300]}
    told = routes(
        session,
        col(User.organisation_id) == user.organisation_id,
        col(User.role) == Role.ADMINISTRATOR.value,
        col(User.id) != user_id,
    )
    key = f"{user_id}:{now.isoformat()}"
    owe(session, [one.owed(key, MailPaused.KIND, about) for one in told], now=now)
    return True


@composes(MailPaused.KIND)
def _mail_paused(work: Composition) -> MailPaused:
    about = work.row.about
    user = work.session.get_one(User, about["user"])
    return MailPaused(user.name, about["address"], about["reason"])
