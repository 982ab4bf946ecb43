"""What a poll brought, as text."""

from __future__ import annotations

from collections.abc import Iterator

from console.text.keys import moment
from console.text.render import card, text
from core.phrases import Phrase, counted, in_language, say
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
    title = say("The results API was read up to {at}.", at=moment(answer.upto))
    lines = [card(title, rows, language), *(in_language(one, language) for one in _bad(answer))]
    return "\n".join(lines)


def _bad(answer: Polled) -> Iterator[Phrase]:
    if answer.rejects is not None:
        yield say(
            "The bad records are in {file}, each with its problem. Mend them, and load the file "
            "with `results-bot ingest {file} --date-format yyyymmdd`.",
            file=answer.rejects,
        )
    if answer.kept:
        yield counted(
            answer.kept,
            "{n} bad record is kept. `results-bot poll --rejects FILE` takes it away into a file.",
            "{n} bad records are kept. `results-bot poll --rejects FILE` takes them away into a "
            "file.",
        )
