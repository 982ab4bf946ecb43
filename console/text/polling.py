"""What a poll brought, as text."""

from __future__ import annotations

from console.text.keys import moment
from console.text.render import card, text
from core.phrases import say
from core.sources.polling import Polled
from core.terms import Language


@text.register
def _(answer: Polled, language: Language) -> str:
    rows = [
        (say("Records"), str(answer.records)),
        (say("New"), str(answer.new)),
        (say("Changed"), str(answer.changed)),
        (say("Rejected"), str(answer.rejected)),
        (say("Delivered"), str(answer.delivered)),
    ]
    return card(say("The results API was read up to {at}.", at=moment(answer.upto)), rows, language)
