"""What came in, to whom it was sent, and who downloaded it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant


class Arrival(SQLModel, table=True):
    """One ingested file, mail or poll, with its count of each outcome."""

    __tablename__ = "arrival"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    source: str = Field(max_length=255)
    arrived_at: datetime = Field(sa_type=Instant, index=True)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    delivered: int = 0


class Delivery(SQLModel, table=True):
    """A result made available to an organisation.

    `download_id` is the one new download that took it; None makes it a *new result*. Every
    download lists its results by `result_id`, which for new results is the order of the file
    they came in. Of the foreign keys only that to the download is declared: PostgreSQL looks up
    and locks the other row for each of ours, which doubles the time of a load. Organisations and
    arrivals are never deleted, a load takes `result_id` from the results themselves, and the
    purge, which no load runs beside, deletes the deliveries of what it deletes.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_new",
            "organisation_id",
            "result_id",
            sqlite_where=text("download_id IS NULL"),
        ),
        Index(
            "ix_delivery_download",
            "download_id",
            "result_id",
            sqlite_where=text("download_id IS NOT NULL"),
        ),
        Index("ix_delivery_arrival", "organisation_id", "arrival_id"),
        {"sqlite_with_rowid": False},
    )

    result_id: int = Field(primary_key=True)
    organisation_id: int = Field(primary_key=True)
    arrival_id: int | None = None
    download_id: int | None = Field(default=None, foreign_key="download.id")


class Download(SQLModel, table=True):
    """Who took which new results, when and how many; its results can be fetched again.

    The template is kept as it was (`fields` are headings joined by commas), so that a
    re-download gives the same file after the template was edited or deleted.
    `last_change_id` is the newest Change at that moment: later ones are changes since.
    """

    __tablename__ = "download"
    __table_args__ = (Index("ix_download_organisation", "organisation_id", "downloaded_at"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    user_id: int | None = Field(default=None, foreign_key="staff.id")
    user_name: str = Field(max_length=254)
    downloaded_at: datetime = Field(sa_type=Instant)
    records: int
    format: str = Field(max_length=4)
    template_name: str = Field(max_length=100)
    date_format: str = Field(max_length=10)
    fields: str
    spreadsheet_safe: bool = True
    byte_order_mark: bool = False
    last_change_id: int = 0
