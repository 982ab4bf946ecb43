"""Webhooks as text."""

from __future__ import annotations

from console.text.keys import moment
from console.text.render import table, text
from core.endpoints import EndpointAdded, EndpointLine, EndpointList
from core.phrases import counted, in_language, say
from core.replays import Replayed
from core.terms import Language

STATES = {"active": say("active"), "failing": say("failing"), "paused": say("paused")}


@text.register
def _(answer: EndpointAdded, language: Language) -> str:
    said = say(
        "Webhook {id} to {url}. The secret for its signatures is shown this once:",
        id=answer.line.id,
        url=answer.line.url,
    )
    return f"{in_language(said, language)}\n{answer.secret}"


@text.register
def _(answer: EndpointList, language: Language) -> str:
    if answer.removed:
        line = answer.lines[0]
        gone = say("Nothing is pushed to {url} any more.", url=line.url)
        return in_language(gone, language)
    if not answer.lines:
        return in_language(say("There are no webhooks yet."), language)
    titles = [
        say("ID"),
        say("Organisation"),
        say("Address"),
        say("State"),
        say("Last delivery"),
        say("Last problem"),
    ]
    return table([titles, *(_cells(one) for one in answer.lines)], language)


def _cells(one: EndpointLine) -> list[str]:
    return [
        str(one.id),
        one.organisation,
        one.url,
        STATES[one.state],
        moment(one.delivered_at),
        one.last_error,
    ]


@text.register
def _(answer: Replayed, language: Language) -> str:
    said = counted(
        answer.events,
        "{n} event will be sent again to webhook {id}.",
        "{n} events will be sent again to webhook {id}.",
        id=answer.endpoint_id,
    )
    return in_language(said, language)
