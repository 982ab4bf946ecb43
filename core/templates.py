"""Download templates: an ordered choice of fields, a format and a date format (guide).

They belong to the organisation; any of its users may make and change them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.actors import Actor
from core.fields import CatalogueField
from core.layouts import (
    NOTES,
    STANDARD,
    STANDARD_NAME,
    Layout,
    fields_of,
    fields_problem,
    name_problem,
)
from core.phrases import Phrase, say
from core.refusals import Kind as RefusalKind
from core.refusals import Refusal, conflict, missing, usage
from core.tables import Preference, Template
from core.terms import DateFormat, Format

MOST_TEMPLATES = 200


class Direction(StrEnum):
    """Where a field moves in its template."""

    UP = "up"
    DOWN = "down"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """One template, with the guide's notes on its fields and what was just done to it."""

    layout: Layout
    is_default: bool
    notes: tuple[Phrase, ...] = ()
    deed: Phrase | None = None

    def document(self) -> dict[str, Any]:
        """`template`: name, format, dates, fields (headings), default, and the options."""
        return {
            "template": _document(self.layout, is_default=self.is_default),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class TemplateList:
    """Every template of the organisation, by name; the built-in one stands in for none."""

    cards: tuple[TemplateCard, ...]

    def document(self) -> dict[str, Any]:
        """`templates`, each as in TemplateCard."""
        return {
            "templates": [_document(one.layout, is_default=one.is_default) for one in self.cards]
        }


@dataclass(frozen=True, slots=True)
class TemplateDeleted:
    """A template that is gone."""

    name: str

    def document(self) -> dict[str, Any]:
        """`deleted` names it."""
        return {"deleted": self.name}


def _document(layout: Layout, *, is_default: bool) -> dict[str, Any]:
    return {
        "name": layout.name,
        "format": layout.format.value,
        "dates": layout.date_format.value,
        "fields": [field.heading for field in layout.fields],
        "default": is_default,
        "spreadsheet_safe": layout.spreadsheet_safe,
        "bom": layout.byte_order_mark,
    }


def list_templates(session: Session, actor: Actor) -> TemplateList:
    """The organisation's templates by name, and the built-in one."""
    rows = session.exec(
        select(Template)
        .where(Template.organisation_id == actor.organisation_id)
        .order_by(col(Template.name_key))
    ).all()
    cards = [_card(row) for row in rows]
    has_default = any(one.is_default for one in cards)
    return TemplateList((*cards, TemplateCard(STANDARD, is_default=not has_default)))


def show(session: Session, actor: Actor, name: str) -> TemplateCard:
    """One template; raise Refusal naming the nearest if there is none of this name."""
    if name.strip().casefold() == STANDARD_NAME.casefold():
        return TemplateCard(STANDARD, is_default=False)
    return _card(_named(session, actor, name))


def create(
    session: Session,
    actor: Actor,
    name: str,
    *,
    format: Format,
    dates: DateFormat,
    fields: Sequence[CatalogueField],
    default: bool = False,
    spreadsheet_safe: bool = True,
    bom: bool = False,
    now: datetime,
) -> TemplateCard:
    """Add a template; raise Refusal with every problem of its name and fields."""
    _refuse_problems(name_problem(name), fields_problem(fields))
    _refuse_taken(session, actor, name)
    row = Template(
        organisation_id=actor.organisation_id,
        name=name.strip(),
        name_key=_key(name),
        format=format.value,
        date_format=dates.value,
        fields=_joined(fields),
        spreadsheet_safe=spreadsheet_safe,
        byte_order_mark=bom,
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    if default:
        _make_default(session, row)
    return _done(session, actor, row, "template:created", say("Template created."), now)


def edit(
    session: Session,
    actor: Actor,
    name: str,
    *,
    new_name: str | None = None,
    format: Format | None = None,
    dates: DateFormat | None = None,
    fields: Sequence[CatalogueField] | None = None,
    default: bool | None = None,
    spreadsheet_safe: bool | None = None,
    bom: bool | None = None,
    now: datetime,
) -> TemplateCard:
    """Change what is given and leave the rest; raise Refusal with every problem."""
    row = _named(session, actor, name)
    _refuse_problems(
        name_problem(new_name) if new_name is not None else None,
        fields_problem(fields) if fields is not None else None,
    )
    if new_name is not None and _key(new_name) != row.name_key:
        _refuse_taken(session, actor, new_name)
    changes = {
        "name": new_name and new_name.strip(),
        "name_key": new_name and _key(new_name),
        "format": format and format.value,
        "date_format": dates and dates.value,
        "fields": None if fields is None else _joined(fields),
        "spreadsheet_safe": spreadsheet_safe,
        "byte_order_mark": bom,
    }
    for attribute, value in changes.items():
        if value is not None:
            setattr(row, attribute, value)
    if default is not None:
        _make_default(session, row) if default else _no_longer_default(session, row)
    return _done(session, actor, row, "template:edited", say("Template updated."), now)


def move(
    session: Session,
    actor: Actor,
    name: str,
    field: CatalogueField,
    direction: Direction,
    *,
    now: datetime,
) -> TemplateCard:
    """Move one field; at the end already, it stays there."""
    row = _named(session, actor, name)
    fields = list(_layout(row).fields)
    if field not in fields:
        raise missing(
            "field_not_chosen",
            "{field} is not in the template {name}. It has: {fields}.",
            field=field.heading,
            name=row.name,
            fields=", ".join(one.heading for one in fields),
        )
    at = fields.index(field)
    to = {
        Direction.UP: max(at - 1, 0),
        Direction.DOWN: at + 1,
        Direction.FIRST: 0,
        Direction.LAST: len(fields),
    }[direction]
    fields.insert(to, fields.pop(at))
    row.fields = _joined(fields)
    return _done(session, actor, row, "template:reordered", say("Template updated."), now)


def set_default(session: Session, actor: Actor, name: str, *, now: datetime) -> TemplateCard:
    """Make this the one default of the organisation."""
    row = _named(session, actor, name)
    _make_default(session, row)
    return _done(session, actor, row, "template:default", say("This is the default now."), now)


def delete(session: Session, actor: Actor, name: str, *, now: datetime) -> TemplateDeleted:
    """Remove a template; whoever preferred it falls back to the default."""
    row = _named(session, actor, name)
    session.delete(row)
    audit.record(session, actor, "template:deleted", now=now, subject=row.name)
    return TemplateDeleted(row.name)


def layout_for(session: Session, actor: Actor, name: str | None) -> Layout:
    """The template by name, else the user's own choice, the default, or the built-in one."""
    if name is not None:
        return show(session, actor, name).layout
    preferred = session.exec(
        select(Template)
        .join(Preference, col(Preference.template_id) == Template.id)
        .where(Preference.user_id == actor.user_id)
    ).first()
    chosen = (
        preferred
        or session.exec(
            select(Template).where(
                Template.organisation_id == actor.organisation_id, col(Template.is_default)
            )
        ).first()
    )
    return _layout(chosen) if chosen is not None else STANDARD


def template_id(session: Session, actor: Actor, name: str) -> int:
    """The row of a template; raise Refusal naming the nearest if there is none of this name."""
    found = _named(session, actor, name).id
    assert found is not None  # noqa: S101  it came from the database
    return found


def _joined(fields: Sequence[CatalogueField]) -> str:
    return ",".join(one.heading for one in fields)


def _key(name: str) -> str:
    return name.strip().casefold()


def _layout(row: Template) -> Layout:
    return Layout(
        row.name,
        Format(row.format),
        DateFormat(row.date_format),
        fields_of(row.fields),
        row.spreadsheet_safe,
        row.byte_order_mark,
    )


def _card(row: Template, deed: Phrase | None = None) -> TemplateCard:
    layout = _layout(row)
    notes = tuple(NOTES[one.heading] for one in layout.fields if one.heading in NOTES)
    return TemplateCard(layout, row.is_default, notes, deed)


def _done(
    session: Session, actor: Actor, row: Template, action: str, deed: Phrase, now: datetime
) -> TemplateCard:
    row.changed_at = now
    session.flush()
    session.refresh(row)
    audit.record(session, actor, action, now=now, subject=row.name)
    return _card(row, deed)


def _named(session: Session, actor: Actor, name: str) -> Template:
    row = session.exec(
        select(Template).where(
            Template.organisation_id == actor.organisation_id, Template.name_key == _key(name)
        )
    ).first()
    if row is None:
        raise _no_such_template(session, actor, name)
    return row


def _no_such_template(session: Session, actor: Actor, name: str) -> Refusal:
    names = [one.layout.name for one in list_templates(session, actor).cards]
    near = get_close_matches(name, names, n=1)
    if near:
        return missing(
            "no_such_template",
            "There is no template {name}. Did you mean {near}?",
            name=name,
            near=near[0],
        )
    return missing(
        "no_such_template",
        "There is no template {name}. There are: {names}.",
        name=name,
        names=", ".join(names),
    )


def _refuse_problems(*problems: Phrase | None) -> None:
    found = [problem for problem in problems if problem is not None]
    if len(found) == 1:
        raise Refusal(RefusalKind.USAGE, "template_problems", found[0])
    if found:
        raise usage("template_problems", "{first} {second}", first=found[0], second=found[1])


def _refuse_taken(session: Session, actor: Actor, name: str) -> None:
    keys = session.exec(
        select(Template.name_key).where(Template.organisation_id == actor.organisation_id)
    ).all()
    if _key(name) in keys:
        raise conflict(
            "template_exists",
            "There is a template {name} already. Choose another name, or edit that one.",
            name=name.strip(),
        )
    if len(keys) >= MOST_TEMPLATES:
        raise conflict(
            "too_many_templates",
            "There are {most} templates already. Delete one first.",
            most=MOST_TEMPLATES,
        )


def _make_default(session: Session, row: Template) -> None:
    session.execute(
        update(Template)
        .where(col(Template.organisation_id) == row.organisation_id, col(Template.is_default))
        .values(is_default=False)
    )
    _set_default(session, row, is_default=True)


def _no_longer_default(session: Session, row: Template) -> None:
    _set_default(session, row, is_default=False)


def _set_default(session: Session, row: Template, *, is_default: bool) -> None:
    """After the others were cleared in the database: at most one default at any moment."""
    session.flush()
    session.execute(
        update(Template).where(col(Template.id) == row.id).values(is_default=is_default)
    )
