"""The forms by name, with what each is filled with when it opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from bot.blocks.kit import Reader
from bot.modals import (
    download,
    notifications,
    passphrase,
    report,
    settings,
    template,
    user,
    verify,
)
from bot.modals.form import Form, Submitted, View, Wrong
from core import preferences, templates
from core.actors import Actor
from core.fields import BY_HEADING
from core.template_names import problems

FORMS: dict[str, Form] = {
    module.FORM.name: module.FORM
    for module in (download, notifications, passphrase, report, settings, template, user, verify)
}

AT_ONCE = {
    "verify": verify.view,
    "report": report.view,
    "user": user.view,
    "passphrase": passphrase.view,
}
"""Those that need nothing from the database."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Which form, and the value of the button that opened it."""

    name: str
    value: str = ""

    @property
    def number(self) -> str:
        """The value, where it is more than the button's own name."""
        return "" if self.value == f"open:{self.name}" else self.value


def filled(session: Session, actor: Actor, opening: Opening, reader: Reader, now: Any) -> View:
    """A form that shows how things are; raise Refusal for a thing that is gone."""
    if opening.name == "settings":
        return settings.view(reader, preferences.set_settings(session, actor, now=now))
    if opening.name == "notifications":
        card = preferences.show_notifications(session, actor)
        return notifications.view(reader, card, templates.list_templates(session, actor))
    if opening.name == "download":
        return download.view(reader, templates.list_templates(session, actor))
    if not opening.number:
        return template.view(reader, template.Draft())
    card_ = templates.show(session, actor, opening.number)
    fields = tuple(one.heading for one in card_.layout.fields)
    return template.view(reader, template.Draft(fields, card_.layout.name), card_)


def template_problems(session: Session, actor: Actor, form: Submitted) -> None:
    """Raise Wrong with all that is wrong with a template, each at its input."""
    draft = template.Draft.of(form.metadata)
    fields = [BY_HEADING[heading] for heading in draft.fields]
    found = problems(session, actor, name=form.text("name"), fields=fields, editing=draft.editing)
    places = {"name": "name", "fields": f"add#{draft.turn}"}
    if found:
        raise Wrong({places[asked]: problem for asked, problem in found.items()})
