"""Download templates: an ordered choice of fields, a format and a date format (guide).

They belong to the organisation; any of its users may make and change them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, or_, update
from sqlmodel import Session, col, select

from core import audit
from core.actors import Actor
from core.fields import CatalogueField
from core.layouts import STANDARD, Layout, fields_of, is_standard, joined_headings
from core.phrases import Phrase, say
from core.refusals import limit, missing, usage
from core.tables import Preference, Template
from core.template_cards import TemplateCard, TemplateDeleted, TemplateList, card_of, layout_of
from core.template_names import all_templates, key_of, named, refuse_problems
from core.terms import DateFormat, Format
from core.turns import wait_for_turn

MOST_TEMPLATES = 200


class Direction(StrEnum):
    """Where a field moves in its template."""

    UP = "up"
    DOWN = "down"
    FIRST = "first"
    LAST = "last"


def list_templates(session: Session, actor: Actor) -> TemplateList:
    """The organisation's templates by name, and the built-in one."""
    return TemplateList(tuple(card_of(row) for row in all_templates(session, actor)))


def show(session: Session, actor: Actor, name: str) -> TemplateCard:
    """One template; raise Refusal naming the nearest if there is none of this name."""
    if is_standard(name):
        return list_templates(session, actor).standard
    return card_of(named(session, actor, name))


def layout_for(session: Session, actor: Actor, name: str | None) -> Layout:
    """The template by name, else the user's own choice, the default, or the built-in one."""
    if name is not None:
        return show(session, actor, name).layout
    preferred = select(Preference.template_id).where(Preference.user_id == actor.user_id)
    return preferred_layout(session, actor.organisation_id, session.exec(preferred).first())


def preferred_layout(session: Session, organisation_id: int, template_id: int | None) -> Layout:
    """The template of this id, else the organisation's default, or the built-in one."""
    row = session.exec(_PREFERRED, params={"organisation": organisation_id, "id": template_id})
    chosen = row.first()
    return layout_of(chosen) if chosen is not None else STANDARD


_PREFERRED = (
    select(Template)
    .where(
        Template.organisation_id == bindparam("organisation"),
        or_(col(Template.id) == bindparam("id"), col(Template.is_default)),
    )
    .order_by((col(Template.id) == bindparam("id")).desc())
)


def template_id(session: Session, actor: Actor, name: str) -> int:
    """The row of a template; raise Refusal naming the nearest if there is none of this name."""
    found = named(session, actor, name).id
    assert found is not None  # noqa: S101  it came from the database
    return found


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
    wait_for_turn(session, actor)
    refuse_problems(session, actor, name=name, fields=fields)
    _refuse_too_many(session, actor)
    row = Template(
        organisation_id=actor.organisation_id,
        name=name.strip(),
        name_key=key_of(name),
        format=format.value,
        date_format=dates.value,
        fields=joined_headings(fields),
        spreadsheet_safe=spreadsheet_safe,
        byte_order_mark=bom,
        created_at=now,
        changed_at=now,
    )
    session.add(row)
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
    wait_for_turn(session, actor)
    row = named(session, actor, name)
    refuse_problems(session, actor, name=new_name, fields=fields, editing=name)
    given = {
        "name": None if new_name is None else new_name.strip(),
        "name_key": None if new_name is None else key_of(new_name),
        "format": None if format is None else format.value,
        "date_format": None if dates is None else dates.value,
        "fields": None if fields is None else joined_headings(fields),
        "spreadsheet_safe": spreadsheet_safe,
        "byte_order_mark": bom,
    }
    changes = {attribute: value for attribute, value in given.items() if value is not None}
    if not changes and default is None:
        raise usage("nothing_to_change", "Say what to change, such as format=xml or name=…")
    for attribute, value in changes.items():
        setattr(row, attribute, value)
    if default is not None:
        _make_default(session, row) if default else _no_longer_default(row)
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
    wait_for_turn(session, actor)
    row = named(session, actor, name)
    fields = list(fields_of(row.fields))
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
    row.fields = joined_headings(fields)
    return _done(session, actor, row, "template:reordered", say("Template updated."), now)


def set_default(session: Session, actor: Actor, name: str, *, now: datetime) -> TemplateCard:
    """Make this the one default of the organisation."""
    wait_for_turn(session, actor)
    row = named(session, actor, name)
    _make_default(session, row)
    return _done(session, actor, row, "template:default", say("This is the default now."), now)


def delete(session: Session, actor: Actor, name: str, *, now: datetime) -> TemplateDeleted:
    """Remove a template; whoever preferred it falls back to the default."""
    wait_for_turn(session, actor)
    row = named(session, actor, name)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "template:deleted", now=now, subject=row.name)
    return TemplateDeleted(row.name)


def _refuse_too_many(session: Session, actor: Actor) -> None:
    if len(all_templates(session, actor)) >= MOST_TEMPLATES:
        raise limit(
            "too_many_templates",
            "There are {most} templates already. Delete one first.",
            most=MOST_TEMPLATES,
        )


def _make_default(session: Session, row: Template) -> None:
    """The others first, since the database allows one default at any moment."""
    session.flush()
    session.execute(
        update(Template)
        .where(col(Template.organisation_id) == row.organisation_id, col(Template.is_default))
        .values(is_default=False)
    )
    row.is_default = True


def _no_longer_default(row: Template) -> None:
    row.is_default = False


def _done(
    session: Session, actor: Actor, row: Template, action: str, deed: Phrase, now: datetime
) -> TemplateCard:
    row.changed_at = now
    session.flush()
    audit.record(session, actor, action, now=now, subject=row.name)
    return card_of(row, deed)
