"""Keys of programs that use the REST interface."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from core.tables.columns import Instant


class ApiKey(SQLModel, table=True):
    """A program that acts for the organisation; of its secret only the SHA-256 is kept.

    `scopes` are joined by commas. `last_used_at` is true to the minute.
    """

    __tablename__ = "api_key"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    name: str = Field(max_length=100)
    scopes: str = Field(max_length=40)
    secret_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
