"""One function for every answer: `blocks(answer, reader)`, by type.

The modules beside this one register how; `said` makes the message that people get.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from importlib import import_module
from typing import Any

from bot.blocks.charts import CHART
from bot.blocks.kit import Block, Reader, cut, section
from bot.blocks.simpler import simpler
from core.phrases import Phrase, say

LONGEST_FALLBACK = 150

TOPICS = (
    "account",
    "downloads",
    "help",
    "links",
    "mail",
    "months",
    "preferences",
    "queue",
    "templates",
    "users",
    "verification",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A message: blocks, and a text for notifications and screen readers with nobody's data."""

    text: str
    blocks: tuple[Block, ...]

    def ephemeral(self, **more: Any) -> dict[str, Any]:
        """As an answer that only the person who asked sees."""
        return self.posted(response_type="ephemeral", **more)

    def posted(self, **more: Any) -> dict[str, Any]:
        """As arguments of a post."""
        return {"text": self.text, "blocks": list(self.blocks), **more}

    def simpler(self) -> Said:
        """The same without anything that Slack could refuse."""
        return Said(self.text, tuple(simpler(self.blocks)))

    def in_view(self) -> list[Block]:
        """The blocks for a view, which has no tables and no charts."""
        only_in_messages = any(block["type"] in {"table", CHART} for block in self.blocks)
        return list(self.simpler().blocks if only_in_messages else self.blocks)

    def may_be_refused(self) -> bool:
        """Whether it must be said where a refusal of its blocks is heard."""
        return any(block["type"] == CHART for block in self.blocks)


@singledispatch
def blocks(answer: Any, reader: Reader) -> list[Block]:
    """The answer as Block Kit."""
    raise TypeError(type(answer), reader)


@singledispatch
def headline(answer: Any) -> Phrase:
    """What a notification may say of the answer: never anything of a candidate."""
    del answer
    return say("Your answer is here.")


def said(answer: Any, reader: Reader) -> Said:
    """The message of an answer."""
    text = cut(reader.plain(headline(answer)), LONGEST_FALLBACK)
    return Said(text, tuple(blocks(answer, reader)))


def told(phrase: Phrase | str, reader: Reader, *more: Block) -> Said:
    """A plain sentence of ours, which must hold nothing of a candidate."""
    return Said(reader.plain(phrase), (section(reader.says(phrase)), *more))


def load_renderings() -> None:
    """Register how every answer is rendered."""
    for topic in TOPICS:
        import_module(f"bot.blocks.{topic}")
