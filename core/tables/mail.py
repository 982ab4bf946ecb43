"""Mail that came in, the addresses that may be answered to, and how files go out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant


class ReplyToken(SQLModel, table=True):
    """A reply address that was given to one user with one message; only hashes are kept.

    `subject` is that of our message, for a thread to stay one. `unsubscribe_hash` is that of the
    token in the message's List-Unsubscribe, which links scanners see and which can do no more.
    """

    __tablename__ = "reply_token"

    token_hash: str = Field(primary_key=True, max_length=64)
    unsubscribe_hash: str = Field(max_length=64, unique=True)
    user_id: int = Field(foreign_key="staff.id", index=True)
    message_id: str = Field(max_length=255)
    subject: str = Field(default="", max_length=255)
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Incoming(SQLModel, table=True):
    """One mail for one of our addresses, stored before its sender heard 250.

    `identity` is the hash of Message-ID and recipient: the same mail comes in once. `recipient`
    is `reply` or `results`, `token_hash` says which reply address it was. `sender` is the
    envelope's. `answers` are those found so far, one for each command that is done, so that a
    crash repeats none. `raw` and `answers` are emptied when nothing is to be done any more.
    `enqueued_at` is when the engine was last given it.
    """

    __tablename__ = "incoming"
    __table_args__ = (
        Index(
            "ix_incoming_open",
            "received_at",
            sqlite_where=text("fate IN ('ready', 'shunted')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(max_length=64, unique=True)
    recipient: str = Field(max_length=10)
    token_hash: str | None = Field(default=None, max_length=64)
    sender: str = Field(default="", max_length=320)
    came_by: str = Field(max_length=10)
    raw: bytes = b""
    size: int = 0
    received_at: datetime = Field(sa_type=Instant)
    enqueued_at: datetime = Field(sa_type=Instant)
    fate: str = Field(default="ready", max_length=10)
    user_id: int | None = Field(default=None, foreign_key="staff.id")
    answers: list[Any] = Field(default_factory=list, sa_type=JSON)
    last_error: str = Field(default="", max_length=500)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class FilePolicy(SQLModel, table=True):
    """How an organisation wants files with candidates' data to travel; `attach` without a row."""

    __tablename__ = "file_policy"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    policy: str = Field(max_length=10)


class Passphrase(SQLModel, table=True):
    """What opens a user's zip files, sealed with RESULTS_SECRET_KEY."""

    __tablename__ = "passphrase"

    user_id: int = Field(primary_key=True, foreign_key="staff.id")
    sealed: str
    set_at: datetime = Field(sa_type=Instant)
