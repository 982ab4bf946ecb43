"""Help as blocks, with the names that the slash commands have here."""

from __future__ import annotations

from bot.blocks.kit import Block, Reader, actions, context, escaped, opens, runs, section
from bot.blocks.render import blocks, headline
from bot.names import FAMILY, OWN_NAMES
from core.commands.help import HelpEntry, HelpPage
from core.contacts import CONTACT, REPRESENTATIVES
from core.phrases import Phrase, say

A_SECTION = 10


@headline.register
def _(_: HelpPage) -> Phrase:
    return say("What you can type here.")


@blocks.register
def _(answer: HelpPage, reader: Reader) -> list[Block]:
    entries = answer.entries
    shown = [
        section("\n".join(_line(one, reader) for one in entries[start : start + A_SECTION]))
        for start in range(0, len(entries), A_SECTION)
    ]
    if len(entries) == 1:
        examples = (f"`{_typed(one, reader)}`" for one in entries[0].examples)
        return [*shown, *([context("\n".join(examples))] if entries[0].examples else [])]
    return [*shown, _starts(reader), context(reader.says(_contact()))]


def _line(one: HelpEntry, reader: Reader) -> str:
    return f"`{_typed(one.usage, reader)}`\n{reader.says(one.summary)}"


def _typed(usage: str, reader: Reader) -> str:
    """`/verify NUMBER…` where the command has a name of its own, else `/ielts watch NUMBER`."""
    first = usage.partition(" ")[0]
    name = usage if first in OWN_NAMES else f"{FAMILY} {usage}"
    return escaped(f"/{reader.prefix}{name}")


def _starts(reader: Reader) -> Block:
    return actions(
        opens(reader.plain(say("Verify a Test Report Form")), "verify", style="primary"),
        runs(reader.plain(say("New results")), "results", "results"),
    )


def _contact() -> Phrase:
    return say(
        "Questions about IELTS results: {contact} or your regional IELTS USA representative, "
        "{representatives}.",
        contact=CONTACT,
        representatives=REPRESENTATIVES,
    )
