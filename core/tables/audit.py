"""The audit trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant


class AuditEvent(SQLModel, table=True):
    """Who did what, where and when. Triggers of the database refuse every change to a row.

    `action` is thing:deed (`verification:look-up`, `template:created`), `subject` what it was
    done to (a TRF number, a template's name), `details` JSON without candidates' values.
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_organisation", "organisation_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    user_id: int | None = Field(default=None, foreign_key="staff.id")
    user_name: str = Field(default="", max_length=254)
    surface: str = Field(max_length=10)
    at: datetime = Field(sa_type=Instant)
    action: str = Field(max_length=40)
    subject: str = Field(default="", max_length=255)
    outcome: str = Field(default="", max_length=40)
    details: str = Field(default="{}")
