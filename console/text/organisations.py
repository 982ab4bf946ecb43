"""Organisations as text."""

from __future__ import annotations

from console.text.render import table, text
from core.organisations import OrganisationLine, OrganisationList
from core.phrases import in_language, say
from core.terms import Language
from core.wording import SERVICES


@text.register
def _(answer: OrganisationList, language: Language) -> str:
    if answer.added:
        name = answer.organisations[0].name
        return in_language(say("{name} was added.", name=name), language)
    if not answer.organisations:
        return in_language(say("There are no organisations yet."), language)
    titles = [say("Name"), say("Account name"), say("Service")]
    return table([titles, *(_cells(one) for one in answer.organisations)], language)


def _cells(one: OrganisationLine) -> list[str]:
    return [one.name, one.account_name, SERVICES[one.service]]
