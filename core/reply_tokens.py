"""Reply addresses: random, for one user and one message, kept as hashes, ended by time or by hand.

A token is letters and digits of base32 in lower case; servers that fold an address do it no harm.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import update
from sqlmodel import Session, col

from core.prepared import PreparedInsert
from core.statements import affected, deleted
from core.tables import ReplyToken

RANDOM_BYTES = 20
LENGTH = 32

_INSERT = PreparedInsert(ReplyToken.__table__)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Token:
    """The two secrets of one message: whoever has `reply` may answer, `unsubscribe` only ends."""

    reply: str
    unsubscribe: str


def new_token() -> Token:
    """A token that nobody has yet."""
    reply = base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode().lower()
    return Token(reply, sha256(f"unsubscribe:{reply}".encode()).hexdigest()[:LENGTH])


def keep(
    session: Session,
    token: Token,
    user_id: int,
    *,
    message_id: str,
    subject: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Write the token's hashes down; the message may leave once this is committed."""
    _INSERT.run(
        session,
        {
            "token_hash": hashed(token.reply),
            "unsubscribe_hash": hashed(token.unsubscribe),
            "user_id": user_id,
            "message_id": message_id[:255],
            "subject": subject[:255],
            "created_at": now,
            "expires_at": expires_at,
            "revoked_at": None,
        },
    )


def hashed(token: str) -> str:
    """As tokens are kept; case does not matter."""
    return sha256(token.lower().encode()).hexdigest()


def find(session: Session, token_hash: str, *, now: datetime) -> ReplyToken | None:
    """The token of this hash, if it may be used now."""
    row = session.get(ReplyToken, token_hash)
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    return row


def revoke_all(session: Session, user_id: int, *, now: datetime) -> int:
    """End every reply address of a user; how many there were."""
    open_ones = (col(ReplyToken.user_id) == user_id, col(ReplyToken.revoked_at).is_(None))
    return affected(session, update(ReplyToken).where(*open_ones).values(revoked_at=now))


def purge(session: Session, *, now: datetime) -> int:
    """Forget those whose time is over; how many there were."""
    return deleted(session, ReplyToken, col(ReplyToken.expires_at) < now)


def exists(session: Session, token_hash: str) -> bool:
    """Whether the token was given away, whatever has become of it."""
    return session.get(ReplyToken, token_hash) is not None
