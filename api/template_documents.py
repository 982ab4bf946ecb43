"""The shapes of download templates."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from api.documents import Asked, example
from core.fields import CATALOGUE
from core.terms import DateFormat, Format

TEMPLATE = {
    "name": "Admissions",
    "format": "csv",
    "dates": "yyyy-mm-dd",
    "fields": ["trfNumber", "familyName", "overallBandScore"],
    "default": True,
    "spreadsheet_safe": False,
    "bom": False,
}


class TemplateDocument(BaseModel):
    """A download template; `photo` among the fields stands for its two columns."""

    model_config = example(TEMPLATE)

    name: str
    format: Format
    dates: DateFormat
    fields: list[str]
    default: bool
    spreadsheet_safe: bool
    bom: bool


class TemplateAnswer(BaseModel):
    """A template, with what the guide says about some of its fields."""

    template: TemplateDocument
    warnings: list[str]


class TemplatePage(BaseModel):
    """The organisation's own, and the built-in one."""

    templates: list[TemplateDocument]
    standard: TemplateDocument


Headings = Annotated[
    list[str],
    Field(
        min_length=1,
        max_length=100,
        description="In the order of the file: " + ", ".join(one.heading for one in CATALOGUE),
        examples=[["trfNumber", "familyName", "overallBandScore"]],
    ),
]


class TemplateAsked(Asked):
    """A new template."""

    name: str = Field(max_length=200, examples=["Admissions"])
    format: Format
    dates: DateFormat
    fields: Headings
    default: bool = False
    spreadsheet_safe: bool = False
    bom: bool = False


class TemplateEdited(Asked):
    """What is to change; the rest stays."""

    name: str | None = Field(None, max_length=200)
    format: Format | None = None
    dates: DateFormat | None = None
    fields: Headings | None = None
    default: bool | None = None
    spreadsheet_safe: bool | None = None
    bom: bool | None = None


class TemplateGone(BaseModel):
    """The name of the one that is gone."""

    deleted: str
