"""Addresses that hear of everything by webhook."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from core.tables.columns import Instant


class WebhookEndpoint(SQLModel, table=True):
    """An address of the organisation, and how sending to it goes.

    `secret` signs what is sent, so it is kept, sealed where there is a key. While it fails,
    nothing is sent before `retry_at`; after three days it is paused, and what it missed is sent
    again by a replay.
    """

    __tablename__ = "webhook_endpoint"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    url: str = Field(max_length=2000)
    secret: str = Field(max_length=300, repr=False)
    created_at: datetime = Field(sa_type=Instant)
    delivered_at: datetime | None = Field(default=None, sa_type=Instant)
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    retry_at: datetime | None = Field(default=None, sa_type=Instant)
    paused_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    last_error: str = Field(default="", max_length=500)
