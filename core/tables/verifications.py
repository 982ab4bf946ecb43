"""Look-ups, what is watched, suspect forms, and how much was looked up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant


class Verification(SQLModel, table=True):
    """One look-up and its outcome: who relied on which record, and when.

    `compared` holds field and verdict of claimed values (`overall:match,name:mismatch`), never
    the values. `last_modified` is the record's at that moment.
    """

    __tablename__ = "verification"
    __table_args__ = (
        Index("ix_verification_organisation", "organisation_id", "looked_up_at"),
        Index("ix_verification_result", "result_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    user_id: int | None = Field(default=None, foreign_key="staff.id")
    surface: str = Field(max_length=10)
    looked_up_at: datetime = Field(sa_type=Instant)
    trf_number: str = Field(max_length=20)
    outcome: str = Field(max_length=12)
    result_id: int | None = Field(default=None, foreign_key="result.id", ondelete="SET NULL")
    compared: str = Field(default="")


class Watch(SQLModel, table=True):
    """A user who wants to hear when the record of a number appears or changes."""

    __tablename__ = "watch"

    user_id: int = Field(primary_key=True, foreign_key="staff.id")
    trf_number: str = Field(primary_key=True, max_length=20, index=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    created_at: datetime = Field(sa_type=Instant)


class Enquiry(SQLModel, table=True):
    """A suspect form reported for investigation; `state` is open or closed."""

    __tablename__ = "enquiry"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    user_id: int | None = Field(default=None, foreign_key="staff.id")
    trf_number: str = Field(max_length=20)
    opened_at: datetime = Field(sa_type=Instant)
    state: str = Field(default="open", max_length=10)


class EnquiryCopy(SQLModel, table=True):
    """The copy of the form without which no investigation opens (guide, Using Verification)."""

    __tablename__ = "enquiry_copy"

    id: int | None = Field(default=None, primary_key=True)
    enquiry_id: int = Field(foreign_key="enquiry.id", index=True, ondelete="CASCADE")
    filename: str = Field(max_length=255)
    media_type: str = Field(max_length=100)
    data: bytes = Field(sa_type=LargeBinary)


class LookUpCount(SQLModel, table=True):
    """How many look-ups (and how many without a match) a user or organisation made in an hour.

    `counted` is `user:12` or `organisation:3`; `hour` is yyyy-mm-ddThh in UTC.
    """

    __tablename__ = "look_up_count"

    counted: str = Field(primary_key=True, max_length=40)
    hour: str = Field(primary_key=True, max_length=13, index=True)
    look_ups: int = 0
    misses: int = 0
