"""Reply addresses ended by whom they were given to, or by an administrator."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from core import audit, reply_tokens
from core.actors import Actor
from core.attachment_cards import AddressesRevoked
from core.phrases import counted
from core.refusals import missing
from core.tables import User


def revoke(session: Session, actor: Actor, email: str | None, *, now: datetime) -> AddressesRevoked:
    """End one's own, or as an administrator another user's; mail sent later has new ones."""
    address = (email or actor.email).strip().lower()
    if address != actor.email:
        actor.require_administrator()
    user_id = session.exec(
        select(User.id).where(
            User.organisation_id == actor.organisation_id,
            User.email == address,
            col(User.removed_at).is_(None),
        )
    ).first()
    if user_id is None:
        raise missing(
            "no_such_user",
            "{email} is not a user of your organisation. `users` lists them.",
            email=address,
        )
    count = reply_tokens.revoke_all(session, user_id, now=now)
    audit.record(session, actor, "reply-addresses:revoked", now=now, subject=address, count=count)
    told = counted(
        count,
        "{n} reply address of {email} was ended. Mail sent from now on has new ones.",
        "{n} reply addresses of {email} were ended. Mail sent from now on has new ones.",
        email=address,
    )
    return AddressesRevoked(count, told)
