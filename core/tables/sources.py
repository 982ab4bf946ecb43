"""What is known of the official results API: how far it was read, and how often it was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant
from core.terms import Outcome


class Feed(SQLModel, table=True):
    """A source that is polled.

    Everything modified before `read_upto` was taken in. `brought_at` is when it last had
    anything new, at first when it was first polled. `alarm` names what the
    administrators were last told, '' when all is well.
    """

    __tablename__ = "feed"

    name: str = Field(primary_key=True, max_length=40)
    read_upto: datetime | None = Field(default=None, sa_type=Instant)
    polled_at: datetime | None = Field(default=None, sa_type=Instant)
    brought_at: datetime | None = Field(default=None, sa_type=Instant)
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    error: str = Field(default="", max_length=500)
    alarm: str = Field(default="", max_length=20)


class RejectedRecord(SQLModel, table=True):
    """A record of the API that could not be taken in, as it came but for its photo."""

    __tablename__ = "rejected_record"
    __table_args__ = (UniqueConstraint("organisation_id", "trf_number"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    trf_number: str = Field(max_length=60, index=True)
    rejected_at: datetime = Field(sa_type=Instant)
    problem: str
    record: dict[str, Any] = Field(sa_type=JSON, repr=False)


class RequestCount(SQLModel, table=True):
    """Requests by all processes: `day:…` and `second:…` to the API, `key:ID:MINUTE` to ours."""

    __tablename__ = "request_count"

    counted: str = Field(primary_key=True, max_length=60)
    used: int = 0


class LiveCheck(SQLModel, table=True):
    """What the API last said of a number, and whether asking again failed since.

    `outcome` is that of `answered_at`, unavailable where it never answered. A failure is told
    with `transaction_id`, by which IELTS finds the request.
    """

    __tablename__ = "live_check"

    trf_number: str = Field(primary_key=True, max_length=20)
    outcome: str = Field(default=Outcome.UNAVAILABLE.value, max_length=12)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    failed_at: datetime | None = Field(default=None, sa_type=Instant)
    transaction_id: str = Field(default="", max_length=40)
