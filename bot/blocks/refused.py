"""A refusal as a message; a phone's locked screen does not show what was typed."""

from __future__ import annotations

from bot.blocks.kit import Block, Reader, section
from bot.blocks.render import Said
from core.phrases import Phrase, say
from core.refusals import Refusal

NOT_DONE = say("That could not be done. The message says why.")


def refused(refusal: Refusal, reader: Reader, *more: Block) -> Said:
    """What repeats the words of whoever asked, or of a record, stands in the blocks only."""
    message = refusal.message
    quotes = bool(message.parts) if isinstance(message, Phrase) else True
    text = reader.plain(NOT_DONE if quotes else message)
    return Said(text, (section(reader.says(message)), *more))
