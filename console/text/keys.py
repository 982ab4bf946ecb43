"""API keys as text."""

from __future__ import annotations

from datetime import datetime

from console.text.render import table, text
from core.keys import KeyAdded, KeyLine, KeyList
from core.phrases import in_language, say
from core.terms import Language


@text.register
def _(answer: KeyAdded, language: Language) -> str:
    said = say(
        "Key {id} for {name}. It is shown this once:", id=answer.line.id, name=answer.line.name
    )
    return f"{in_language(said, language)}\n{answer.secret}"


@text.register
def _(answer: KeyList, language: Language) -> str:
    if answer.revoked:
        line = answer.lines[0]
        gone = say("Key {id} ({name}) opens nothing any more.", id=line.id, name=line.name)
        return in_language(gone, language)
    if not answer.lines:
        return in_language(say("There are no API keys yet."), language)
    titles = [
        say("ID"),
        say("Organisation"),
        say("Name"),
        say("Scopes"),
        say("Last use"),
        say("State"),
    ]
    return table([titles, *(_cells(one) for one in answer.lines)], language)


def _cells(one: KeyLine) -> list[str]:
    state = say("revoked") if one.revoked_at else say("valid")
    return [
        str(one.id),
        one.organisation,
        one.name,
        ", ".join(one.scopes),
        moment(one.last_used_at),
        state,
    ]


def moment(at: datetime | None) -> str:
    """To the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else say("never")
