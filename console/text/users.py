"""Users as text."""

from __future__ import annotations

from console.text.render import table, text
from core.phrases import in_language, say
from core.terms import Language
from core.users import UserLine, UserList
from core.wording import ROLES


@text.register
def _(answer: UserList, language: Language) -> str:
    if answer.deed is not None:
        return in_language(answer.deed, language)
    titles = [say("First Name"), say("Last Name"), say("Email"), say("Role")]
    return table([titles, *([*_cells(one)] for one in answer.users)], language)


def _cells(one: UserLine) -> list[str]:
    role = say("Primary Administrator") if one.primary else ROLES[one.role]
    return [one.first_name, one.family_name, one.email, role]
