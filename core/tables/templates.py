"""Download templates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant


class Template(SQLModel, table=True):
    """An ordered choice of fields, a default format and a date format (guide, Templates).

    `fields` are the catalogue's headings joined by commas, `photo` standing for its two
    columns. `name_key` is the name without case, so that no two differ by case alone. At most
    one template of an organisation is the default.
    """

    __tablename__ = "template"
    __table_args__ = (
        Index("ix_template_name", "organisation_id", "name_key", unique=True),
        Index(
            "ix_template_default",
            "organisation_id",
            unique=True,
            sqlite_where=text("is_default"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    name: str = Field(max_length=100)
    name_key: str = Field(max_length=300)
    format: str = Field(max_length=4)
    date_format: str = Field(max_length=10)
    fields: str
    is_default: bool = False
    spreadsheet_safe: bool = True
    byte_order_mark: bool = False
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
