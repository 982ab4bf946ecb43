"""templates and its verbs."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import templates
from core.actors import Actor
from core.commands.converters import FieldList
from core.commands.registry import command
from core.fields import find_field
from core.template_cards import TemplateCard, TemplateDeleted, TemplateList
from core.templates import Direction
from core.terms import DateFormat, Format


@command("templates", examples=["templates"])
def list_templates(session: Session, actor: Actor) -> TemplateList:
    """List the download templates."""
    return templates.list_templates(session, actor)


@command("templates show", examples=['templates show "Admissions"'])
def show(session: Session, actor: Actor, name: str) -> TemplateCard:
    """Show a template's format, dates and fields."""
    return templates.show(session, actor, name)


@command(
    "templates create",
    examples=[
        'templates create "Admissions" format=csv dates=dd/mm/yyyy fields=trfNumber,familyName',
    ],
)
def create(
    session: Session,
    actor: Actor,
    name: str,
    *,
    format: Format,
    dates: DateFormat,
    fields: FieldList,
    default: bool = False,
    spreadsheet_safe: bool = True,
    bom: bool = False,
    now: datetime,
) -> TemplateCard:
    """Create a template with fields in the order of your file."""
    return templates.create(
        session,
        actor,
        name,
        format=format,
        dates=dates,
        fields=fields,
        default=default,
        spreadsheet_safe=spreadsheet_safe,
        bom=bom,
        now=now,
    )


@command("templates edit", examples=['templates edit "Admissions" dates=yyyy-mm-dd'])
def edit(
    session: Session,
    actor: Actor,
    template: str,
    *,
    name: str | None = None,
    format: Format | None = None,
    dates: DateFormat | None = None,
    fields: FieldList | None = None,
    default: bool | None = None,
    spreadsheet_safe: bool | None = None,
    bom: bool | None = None,
    now: datetime,
) -> TemplateCard:
    """Change a template's name, format, dates, fields or options."""
    return templates.edit(
        session,
        actor,
        template,
        new_name=name,
        format=format,
        dates=dates,
        fields=fields,
        default=default,
        spreadsheet_safe=spreadsheet_safe,
        bom=bom,
        now=now,
    )


@command("templates move", examples=['templates move "Admissions" trfNumber first'])
def move(
    session: Session,
    actor: Actor,
    name: str,
    heading: str,
    direction: Direction,
    *,
    now: datetime,
) -> TemplateCard:
    """Move a field up, down, first or last."""
    return templates.move(session, actor, name, find_field(heading), direction, now=now)


@command("templates default", examples=['templates default "Admissions"'])
def set_default(session: Session, actor: Actor, name: str, *, now: datetime) -> TemplateCard:
    """Use a template for every download that names none."""
    return templates.set_default(session, actor, name, now=now)


@command("templates delete", examples=['templates delete "Admissions"'])
def delete(session: Session, actor: Actor, name: str, *, now: datetime) -> TemplateDeleted:
    """Delete a template; earlier downloads keep theirs."""
    return templates.delete(session, actor, name, now=now)
