"""Set the passphrase of one's zip files.

It is in the submission alone: no view is filled with it, and no metadata holds it.
"""

from __future__ import annotations

from bot.blocks.kit import Reader
from bot.modals.form import Form, Submitted, View, Wrong, entry, modal, note, words
from core.commands.grammar import QUOTES
from core.file_policies import LONGEST, SHORTEST
from core.phrases import say

BLOCK = "passphrase"


def view(reader: Reader, _: str = "") -> View:
    """One input, always empty."""
    hint = say("{shortest} characters or more: four words are good.", shortest=SHORTEST)
    told = say(
        "It opens the zip files that you get by mail from now on. Nobody can tell you it later."
    )
    line = words(most=LONGEST)
    blocks = [
        entry(BLOCK, say("Passphrase"), line, reader, hint=hint),
        note(reader.says(told)),
    ]
    return modal(FORM, reader, blocks, say("Set"))


def _line(form: Submitted) -> str:
    """As it was typed: a mark that ends it in a command would change it."""
    typed = form.text(BLOCK)
    if QUOTES.intersection(typed):
        raise Wrong({BLOCK: say("A passphrase has no quotation marks.")})
    return f'passphrase "{typed}"'


FORM = Form(BLOCK, say("Set a passphrase"), _line, otherwise=BLOCK)
