"""People of an organisation and what they prefer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant
from core.terms import Frequency, Language, Role, StartPage


class User(SQLModel, table=True):
    """Somebody who may act for the organisation; `removed_at` takes every right away.

    The row outlives the removal, since history names who did what. `email` is kept in lower
    case and is unique among the users who are not removed, in all organisations.
    """

    __tablename__ = "staff"
    __table_args__ = (
        Index(
            "ix_staff_email",
            "email",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
        ),
        Index(
            "ix_staff_primary",
            "organisation_id",
            unique=True,
            sqlite_where=text("is_primary AND removed_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    first_name: str = Field(max_length=50)
    family_name: str = Field(max_length=50)
    email: str = Field(max_length=254)
    role: str = Field(default=Role.USER.value, max_length=20)
    is_primary: bool = False
    created_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def name(self) -> str:
        """First name, then family name."""
        return f"{self.first_name} {self.family_name}"


class Preference(SQLModel, table=True):
    """A user's SETTINGS page (guide, Set up notifications).

    `address` is None while notifications go to the login address. A new address waits in
    `pending_address` until its code (kept as SHA-256) comes back; `code_tries` counts the wrong
    ones that came instead. `set_time` (HH:MM) and `set_day` are local to `time_zone`;
    `next_due_at` is None when no digest is owed; `told_arrival_id` is the last arrival that a
    digest covered. `picture_due_at` is when administrators are told of the month that then is
    over, None while notifications are off; it is kept for all, since roles change.
    """

    __tablename__ = "preference"

    user_id: int = Field(primary_key=True, foreign_key="staff.id")
    notifications_on: bool = False
    frequency: str = Field(default=Frequency.DAILY.value, max_length=10)
    address: str | None = Field(default=None, max_length=254)
    pending_address: str | None = Field(default=None, max_length=254)
    code_hash: str | None = Field(default=None, max_length=64)
    code_expires_at: datetime | None = Field(default=None, sa_type=Instant)
    code_tries: int = 0
    mail_on: bool = True
    slack_on: bool = True
    time_zone: str = Field(default="UTC", max_length=64)
    set_time: str = Field(default="09:00", max_length=5)
    set_day: str = Field(default="monday", max_length=9)
    next_due_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    told_arrival_id: int = 0
    picture_due_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    marks_downloaded: bool = False
    template_id: int | None = Field(default=None, foreign_key="template.id", ondelete="SET NULL")
    start_page: str = Field(default=StartPage.HOME.value, max_length=12)
    language: str = Field(default=Language.ENGLISH_UK.value, max_length=5)
