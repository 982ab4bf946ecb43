"""How results came to be what they are, for those who read along."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class FirstArrival(SQLModel, table=True):
    """Where a delivery stood before a release moved it to a later arrival.

    Whoever reads along by arrivals (core.versions) must find it where it was.
    """

    __tablename__ = "first_arrival"
    __table_args__ = (Index("ix_first_arrival", "organisation_id", "arrival_id"),)

    result_id: int = Field(primary_key=True, foreign_key="result.id", ondelete="CASCADE")
    organisation_id: int = Field(primary_key=True)
    arrival_id: int
