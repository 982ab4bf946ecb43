"""What is owed to whom, who is at work on it, and when each tick last ran."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant
from core.terms import Fate


class Outgoing(SQLModel, table=True):
    """One thing owed to one recipient by one channel: the ledger's row (ENGINE.md).

    `lane` is what sends share a limit by: an SMTP relay, a Slack conversation, an endpoint.
    `kind` names the notice, `about` holds what it is composed from when it is sent, and is
    emptied when nothing is owed any more, since it may hold a code. `worker` and `begun_at`
    belong to the send in progress. `due_at` is when it may be sent next.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        Index(
            "ix_outgoing_open",
            "due_at",
            sqlite_where=text("fate IN ('ready', 'sending', 'held', 'dead')"),
        ),
        Index("ix_outgoing_worker", "worker", sqlite_where=text("fate = 'sending'")),
        Index("ix_outgoing_user", "user_id", "kind", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    user_id: int | None = Field(default=None, foreign_key="staff.id")
    channel: str = Field(max_length=10)
    lane: str = Field(max_length=255)
    dedupe_key: str = Field(max_length=255, unique=True)
    kind: str = Field(max_length=40)
    about: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    fate: str = Field(default=Fate.READY.value, max_length=10)
    due_at: datetime = Field(sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    worker: str | None = Field(default=None, max_length=64)
    begun_at: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int = 0
    last_error: str = Field(default="", max_length=500)
    external_id: str = Field(default="", max_length=255)


class Worker(SQLModel, table=True):
    """A running process that may hold work; `beat_at` says that it lived then.

    The row goes when the process has given everything back, or after its rescue. `rescue_at`
    is claimed by the one who rescues it. All three are the real clock's.
    """

    __tablename__ = "worker"

    id: str = Field(primary_key=True, max_length=64)
    host: str = Field(max_length=255)
    parts: str = Field(max_length=100)
    started_at: datetime = Field(sa_type=Instant)
    beat_at: datetime = Field(sa_type=Instant)
    rescue_at: datetime | None = Field(default=None, sa_type=Instant)


class TickRun(SQLModel, table=True):
    """How a job of the timetable last went, on whichever machine ran it."""

    __tablename__ = "tick_run"

    job: str = Field(primary_key=True, max_length=40)
    ran_at: datetime = Field(sa_type=Instant)
    seconds: float
    did: int = 0
    error: str = Field(default="", max_length=500)
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
