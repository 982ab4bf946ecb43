"""How templates are found by name, and which names and fields they may have."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from sqlmodel import Session, col, select

from core.actors import Actor
from core.fields import CatalogueField
from core.layouts import STANDARD_NAME, fields_problem, is_standard, name_problem
from core.phrases import Phrase, say
from core.refusals import Kind, Refusal, conflict, missing, usage
from core.tables import Template


def key_of(name: str) -> str:
    """What two names have in common that differ by case or by the way their accents are coded."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def all_templates(session: Session, actor: Actor) -> Sequence[Template]:
    """The organisation's, by name."""
    return session.exec(
        select(Template)
        .where(Template.organisation_id == actor.organisation_id)
        .order_by(col(Template.name_key))
    ).all()


def named(session: Session, actor: Actor, name: str) -> Template:
    """The template that may be changed; raise Refusal for the built-in one, and if none is so."""
    if is_standard(name):
        raise conflict(
            "built_in",
            "Standard is built in: it cannot be changed or chosen, and is used while there is "
            "no default. Create a template of your own.",
        )
    row = _find(session, actor, name)
    if row is None:
        raise _no_such_template(session, actor, name)
    return row


def problems(
    session: Session,
    actor: Actor,
    *,
    name: str | None,
    fields: Sequence[CatalogueField] | None,
    editing: str = "",
) -> dict[str, Phrase]:
    """Why a template cannot be so, by input (`name`, `fields`), for forms that show all at once.

    What is None is not asked for; `editing` is the name until now of one that is being changed.
    """
    found = {
        "name": None if name is None else _name_problem(session, actor, name, editing),
        "fields": None if fields is None else fields_problem(fields),
    }
    return {asked: problem for asked, problem in found.items() if problem is not None}


def refuse_problems(
    session: Session,
    actor: Actor,
    *,
    name: str | None,
    fields: Sequence[CatalogueField] | None,
    editing: str = "",
) -> None:
    """Raise one Refusal with all problems; a conflict if it is only that the name is taken."""
    found = problems(session, actor, name=name, fields=fields, editing=editing)
    if len(found) > 1:
        raise usage("template_problems", "{name} {fields}", **found)
    if "name" in found and name is not None and name_problem(name) is None:
        raise Refusal(Kind.CONFLICT, "template_exists", found["name"])
    for problem in found.values():
        raise Refusal(Kind.USAGE, "template_problems", problem)


def _find(session: Session, actor: Actor, name: str) -> Template | None:
    return session.exec(
        select(Template).where(
            Template.organisation_id == actor.organisation_id, Template.name_key == key_of(name)
        )
    ).first()


def _name_problem(session: Session, actor: Actor, name: str, editing: str) -> Phrase | None:
    problem = name_problem(name)
    if problem is None and key_of(name) != key_of(editing) and _find(session, actor, name):
        return say(
            "There is a template {name} already. Choose another name, or edit that one.",
            name=name.strip(),
        )
    return problem


def _no_such_template(session: Session, actor: Actor, name: str) -> Refusal:
    names = [row.name for row in all_templates(session, actor)] + [STANDARD_NAME]
    near = get_close_matches(name.casefold(), [one.casefold() for one in names], n=1)
    if near:
        return missing(
            "no_such_template",
            "There is no template {name}. Did you mean {near}?",
            name=name,
            near=next(one for one in names if one.casefold() == near[0]),
        )
    return missing(
        "no_such_template",
        "There is no template {name}. There are: {names}.",
        name=name,
        names=", ".join(names),
    )
