"""What people are told of templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.layouts import NOTES, STANDARD, Layout, fields_of
from core.phrases import Phrase
from core.tables import Template
from core.terms import DateFormat, Format


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """One template, with the guide's notes on its fields and what was just done to it."""

    layout: Layout
    is_default: bool
    deed: Phrase | None = None

    @property
    def notes(self) -> tuple[Phrase, ...]:
        """What the guide says about some of its fields."""
        return tuple(NOTES[one.heading] for one in self.layout.fields if one.heading in NOTES)

    def document(self) -> dict[str, Any]:
        """`template`: name, format, dates, fields (headings), default and the two options."""
        return {"template": self.line(), "warnings": list(self.notes)}

    def line(self) -> dict[str, Any]:
        """The template as a list of them shows it."""
        return {
            "name": self.layout.name,
            "format": self.layout.format.value,
            "dates": self.layout.date_format.value,
            "fields": [field.heading for field in self.layout.fields],
            "default": self.is_default,
            "spreadsheet_safe": self.layout.spreadsheet_safe,
            "bom": self.layout.byte_order_mark,
        }


@dataclass(frozen=True, slots=True)
class TemplateList:
    """Every template of the organisation, by name."""

    cards: tuple[TemplateCard, ...]

    @property
    def standard(self) -> TemplateCard:
        """The built-in one, used while none is the default."""
        return TemplateCard(STANDARD, is_default=not any(one.is_default for one in self.cards))

    def document(self) -> dict[str, Any]:
        """`templates`, the organisation's own, and `standard`, the built-in one."""
        return {
            "templates": [one.line() for one in self.cards],
            "standard": self.standard.line(),
        }


@dataclass(frozen=True, slots=True)
class TemplateDeleted:
    """A template that is gone."""

    name: str

    def document(self) -> dict[str, Any]:
        """`deleted` names it."""
        return {"deleted": self.name}


def layout_of(row: Template) -> Layout:
    """The layout that a template stands for."""
    return Layout(
        row.name,
        Format(row.format),
        DateFormat(row.date_format),
        fields_of(row.fields),
        row.spreadsheet_safe,
        row.byte_order_mark,
    )


def card_of(row: Template, deed: Phrase | None = None) -> TemplateCard:
    """A template as people see it."""
    return TemplateCard(layout_of(row), row.is_default, deed)
