"""Test results, their photos, and what they were before they changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant
from core.terms import RELEASED


class Result(SQLModel, table=True):
    """One Test Report Form's record, stored once for all organisations.

    Codes and dates are text: an SQLite column declared DATE or NUMERIC would turn candidate
    number `000595` into 595. Dates are ISO (yyyy-mm-dd), bands whole half-bands (13 is 6.5),
    unknown text is '' and an unknown band None. `last_modified` is the record's own
    lastModifiedDate (yyyy-mm-ddThh:mm:ss, UTC), '' where its source had none.
    """

    __tablename__ = "result"

    id: int | None = Field(default=None, primary_key=True)
    trf_number: str = Field(max_length=20, unique=True)
    centre_number: str = Field(default="", max_length=5)
    candidate_number: str = Field(default="", max_length=6)
    test_date: str = Field(max_length=10)
    module: str = Field(default="", max_length=1)
    family_name: str = Field(default="", max_length=50)
    first_name: str = Field(default="", max_length=50)
    date_of_birth: str = Field(default="", max_length=10)
    gender: str = Field(default="", max_length=1)
    listening: int | None = Field(default=None, sa_type=SmallInteger)
    reading: int | None = Field(default=None, sa_type=SmallInteger)
    writing: int | None = Field(default=None, sa_type=SmallInteger)
    speaking: int | None = Field(default=None, sa_type=SmallInteger)
    overall: int | None = Field(default=None, sa_type=SmallInteger)
    telephone: str = Field(default="", max_length=20)
    address_line_1: str = Field(default="", max_length=100)
    address_line_2: str = Field(default="", max_length=100)
    address_line_3: str = Field(default="", max_length=100)
    address_line_4: str = Field(default="", max_length=100)
    town: str = Field(default="", max_length=100)
    region: str = Field(default="", max_length=100)
    postcode: str = Field(default="", max_length=20)
    country: str = Field(default="", max_length=200)
    country_code: str = Field(default="", max_length=3)
    candidate_email: str = Field(default="", max_length=60)
    status: str = Field(default=RELEASED, max_length=40)
    last_modified: str = Field(default="", max_length=19)

    @property
    def released(self) -> bool:
        """Whether the scores may be shown as valid."""
        return self.status == RELEASED


class Photo(SQLModel, table=True):
    """A candidate's photo, apart so that reading results never drags pictures along."""

    __tablename__ = "photo"

    result_id: int = Field(
        sa_column=Column(Integer, ForeignKey("result.id", ondelete="CASCADE"), primary_key=True)
    )
    media_type: str = Field(max_length=20)
    data: bytes = Field(sa_type=LargeBinary)


class Sitting(SQLModel, table=True):
    """Who sat when, by which the forms of one person's test day are found (core.retakes).

    A large load's results are noted a little later than they come.
    """

    __tablename__ = "sitting"
    __table_args__ = (Index("ix_sitting", "test_date", "date_of_birth"),)

    result_id: int = Field(
        sa_column=Column(Integer, ForeignKey("result.id", ondelete="CASCADE"), primary_key=True)
    )
    test_date: str = Field(max_length=10)
    date_of_birth: str = Field(max_length=10)


class Change(SQLModel, table=True):
    """One field of a result that was something else before; `field` is the export heading.

    `old` and `new` are as files write them (bands `6.5`, dates ISO); of a photo only the fact
    is kept. `source` says which arrival brought it.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_result", "result_id", "changed_at"),
        Index("ix_change_arrival", "arrival_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    result_id: int = Field(foreign_key="result.id", ondelete="CASCADE")
    arrival_id: int | None = Field(default=None, foreign_key="arrival.id", ondelete="SET NULL")
    field: str = Field(max_length=20)
    old: str
    new: str
    changed_at: datetime = Field(sa_type=Instant)
    source: str = Field(max_length=255)
