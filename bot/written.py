"""What somebody writes to the bot in a direct message, as a line of the shared grammar."""

from __future__ import annotations

from bot.blocks.kit import Reader, actions, opens, runs
from bot.blocks.render import Said, told
from bot.names import FAMILY, as_typed
from bot.numbers import numbers_in
from core.commands.registry import TOPICS
from core.phrases import say
from core.refusals import Refusal

AROUND = "`*_~ \n"
"""Mark-up that a whole line may come in."""


def line_written(text: str, prefix: str) -> str:
    """A command as it is, with or without its slash; of other words the numbers are verified."""
    typed = as_typed(text).strip(AROUND)
    line = typed.removeprefix(f"/{prefix}").removeprefix("/")
    line = line.removeprefix(f"{FAMILY} ").strip()
    first = line.partition(" ")[0].lower()
    if first in TOPICS or not line or line == FAMILY:
        return line if first in TOPICS else "help"
    numbers = numbers_in(line)
    return " ".join(["verify", *numbers]) if numbers else line


def is_small_talk(refusal: Refusal | None) -> bool:
    """Whether a line was refused because it is no command, nor like one."""
    return (
        refusal is not None
        and refusal.code == "unknown_command"
        and "near" not in getattr(refusal.message, "parts", {})
    )


def what_i_can(reader: Reader) -> Said:
    """The answer to small talk."""
    sentence = say(
        "I understand commands, and Test Report Form numbers: send me one, or a list of them as a "
        "file, and I verify it."
    )
    return told(
        sentence,
        reader,
        actions(
            opens(reader.plain(say("Verify a Test Report Form")), "verify", style="primary"),
            runs(reader.plain(say("New results")), "results", "results"),
            runs(reader.plain(say("Help")), "help", "help"),
        ),
    )
