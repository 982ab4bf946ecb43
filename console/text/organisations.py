"""Organisations as text."""

from __future__ import annotations

from console.text.render import table, text
from core.organisations import OrganisationList
from core.phrases import in_language, say
from core.terms import Language


@text.register
def _(answer: OrganisationList, language: Language) -> str:
    if answer.added:
        name = answer.organisations[0][1]
        return in_language(say("{name} was added.", name=name), language)
    if not answer.organisations:
        return in_language(say("There are no organisations yet."), language)
    titles = [say("Name"), say("Account name"), say("Service")]
    return table([titles, *(one[1:] for one in answer.organisations)], language)
