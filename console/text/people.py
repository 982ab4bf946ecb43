"""Candidates' own data as text: counts and numbers, never what is in a record."""

from __future__ import annotations

from console.text.render import card, table, text
from core.erasure import Erased, ErasedNumber
from core.people import Held, People
from core.phrases import in_language, say
from core.terms import Language
from core.wording import NO, YES


@text.register
def _(answer: People, language: Language) -> str:
    if not answer.found:
        return in_language(say("Nothing is held."), language)
    titles = [
        say("Number"),
        say("Record"),
        say("Test date"),
        say("Photo"),
        say("Downloads"),
        say("Verifications"),
        say("Enquiries"),
        say("Rejected"),
        say("Slack messages"),
        say("Sent to"),
    ]
    return table([titles, *map(_cells, answer.found)], language)


def _cells(one: Held) -> list[str]:
    return [
        one.trf_number,
        _yes(there=one.recorded),
        one.test_date,
        _yes(there=one.photo),
        str(one.downloads),
        str(one.look_ups),
        str(one.enquiries),
        str(one.rejected),
        str(one.slack_messages),
        ", ".join(one.recipients),
    ]


def _yes(*, there: bool) -> str:
    return YES if there else NO


@text.register
def _(answer: Erased, language: Language) -> str:
    return "\n\n".join(_erased(one, language) for one in answer.numbers)


def _erased(one: ErasedNumber, language: Language) -> str:
    rows = [
        (say("Records"), str(one.records)),
        (say("Photos"), str(one.photos)),
        (say("Old values"), str(one.old_values)),
        (say("Copies of forms"), str(one.copies_of_forms)),
        (say("Watched numbers"), str(one.watches)),
        (say("Messages not sent"), str(one.unsent_messages)),
        (say("Messages in Slack, as noted here"), str(one.slack_messages)),
        (say("Had it, to be told"), ", ".join(one.recipients)),
    ]
    return card(say("Erased: {number}", number=one.trf_number), rows, language)
