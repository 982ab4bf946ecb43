"""Recognising Organisations."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from core.tables.columns import Instant
from core.terms import Service


class Organisation(SQLModel, table=True):
    """One account of the IELTS Results Service.

    `account_name` and `address` are what applicants give their test centre; `address` may have
    several lines. `name` is what we call it ourselves, and what `--org` takes.
    """

    __tablename__ = "organisation"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200, unique=True)
    account_name: str = Field(max_length=200)
    address: str
    service: str = Field(default=Service.E_DELIVERY.value, max_length=20)
    created_at: datetime = Field(sa_type=Instant)
