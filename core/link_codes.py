"""Codes by which a Slack account becomes a user's: sent to the login address, used once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from core import audit
from core.account_notices import owe_link_code
from core.confirmation import MOST_CODES, hashed, new_code
from core.tables import AuditEvent, SlackCode, SlackInstallation, User
from core.terms import Surface

LIFETIME = timedelta(days=1)
INVITED = timedelta(days=14)
"""An invitation is read when its reader comes back to the office."""

SENT = "slack:code-sent"


def send_code(session: Session, user: User, *, now: datetime) -> bool:
    """Send the user a new code, any earlier one is void; False if an hour's codes are used up."""
    if _sent(session, user, now) >= MOST_CODES:
        return False
    owe_link_code(session, user, _made(session, user, now + LIFETIME), now=now)
    audit.record_system(
        session,
        user.organisation_id,
        SENT,
        now=now,
        surface=Surface.SLACK,
        subject=user.email,
    )
    return True


def invitation_code(session: Session, user: User, *, now: datetime) -> str:
    """The code that an invitation carries, '' where the organisation has no Slack."""
    there = select(SlackInstallation.id).where(
        SlackInstallation.organisation_id == user.organisation_id,
        col(SlackInstallation.revoked_at).is_(None),
    )
    if session.exec(there).first() is None:
        return ""
    return _made(session, user, now + INVITED)


def take_code(session: Session, code: str, *, now: datetime) -> User | None:
    """The user whose code this is, which is used up by it."""
    row = session.exec(
        select(SlackCode)
        .where(SlackCode.code_hash == hashed(code), SlackCode.expires_at > now)
        .with_for_update()
    ).first()
    if row is None:
        return None
    user = session.get_one(User, row.user_id)
    session.delete(row)
    session.flush()
    return user if user.removed_at is None else None


def _made(session: Session, user: User, expires_at: datetime) -> str:
    assert user.id is not None  # noqa: S101  it came from the database
    code = new_code()
    session.merge(SlackCode(user_id=user.id, code_hash=hashed(code), expires_at=expires_at))
    session.flush()
    return code


def _sent(session: Session, user: User, now: datetime) -> int:
    return session.exec(
        select(func.count(col(AuditEvent.id))).where(
            AuditEvent.organisation_id == user.organisation_id,
            AuditEvent.action == SENT,
            AuditEvent.subject == user.email,
            AuditEvent.at > now - timedelta(hours=1),
        )
    ).one()
