"""Block Kit's pieces as plain dicts, cut to Slack's limits where a person's words could pass them.

What comes from people and records is escaped by `mrkdwn`'s callers through `escaped`; plain text
needs no escaping.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.names import typeable
from core.phrases import Phrase, in_language
from core.terms import Language

Block = dict[str, Any]

LONGEST_TEXT = 3000
LONGEST_FIELD = 2000
LONGEST_HEADER = 150
LONGEST_BUTTON = 75
LONGEST_OPTION = 75
LONGEST_VALUE = 150
LONGEST_TITLE = 24
MOST_FIELDS = 10
MOST_OPTIONS = 100
MOST_BLOCKS = 50
TABLE_ROWS, TABLE_CHARACTERS = 100, 10_000

RUN = "run"
"""Action ids begin with this where the element's value is a command line."""
OPEN = "open"
"""Action ids begin with this where a form is to be opened."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom something is rendered; `prefix` stands before the names of slash commands.

    `in_channel` says that others are where it is read.
    """

    language: Language = Language.ENGLISH_UK
    time_zone: str = "UTC"
    prefix: str = ""
    is_administrator: bool = False
    in_channel: bool = False

    def says(self, text: str) -> str:
        """A sentence in the reader's language, escaped."""
        return escaped(self.plain(text))

    def plain(self, text: str) -> str:
        """A sentence in the reader's language, for plain text."""
        return typeable(in_language(text, self.language), self.prefix)


def escaped(text: str) -> str:
    """As Slack wants what is not its own mark-up."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """No longer than `most`, an ellipsis telling where it was cut."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plain_text(text: str, most: int = LONGEST_TEXT) -> Block:
    """Text without mark-up."""
    return {"type": "plain_text", "text": cut(text, most) or " ", "emoji": False}


def mrkdwn(text: str, most: int = LONGEST_TEXT) -> Block:
    """Text with Slack's mark-up."""
    return {"type": "mrkdwn", "text": cut(text, most) or " "}


def section(text: str, accessory: Block | None = None, **more: Any) -> Block:
    """A paragraph, perhaps with an element beside it."""
    block = {"type": "section", "text": mrkdwn(text)} | more
    return block if accessory is None else block | {"accessory": accessory}


def fields(pairs: Iterable[tuple[str, str]], reader: Reader) -> list[Block]:
    """Labels with values, in as many sections as needed; pairs without a value are left out."""
    texts = [
        mrkdwn(_title(label, reader.language) + reader.says(value), LONGEST_FIELD)
        for label, value in pairs
        if value
    ]
    return [
        {"type": "section", "fields": texts[start : start + MOST_FIELDS]}
        for start in range(0, len(texts), MOST_FIELDS)
    ]


@lru_cache(1024, typed=True)
def _title(label: str, language: Language) -> str:
    return f"*{escaped(in_language(label, language))}*\n"


def header(text: str) -> Block:
    """A title."""
    return {"type": "header", "text": plain_text(text, LONGEST_HEADER)}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(*elements: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def button(
    text: str, action_id: str, value: str = "", *, style: str = "", confirm: Block | None = None
) -> Block:
    """A button."""
    block = {
        "type": "button",
        "text": plain_text(text, LONGEST_BUTTON),
        "action_id": action_id,
        "value": value or action_id,
    }
    if style:
        block["style"] = style
    return block if confirm is None else block | {"confirm": confirm}


def runs(text: str, line: str, name: str, **more: Any) -> Block:
    """A button that runs a command line; `name` tells it from its neighbours."""
    return button(text, f"{RUN}:{name}", line, **more)


def opens(text: str, form: str, value: str = "", **more: Any) -> Block:
    """A button that opens a form."""
    return button(text, f"{OPEN}:{form}", value, **more)


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    """What is asked before a button does its work."""
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text(no, 30),
    }


def option(text: str, value: str) -> Block:
    """Something to choose."""
    return {"text": plain_text(text, LONGEST_OPTION), "value": cut(value, LONGEST_VALUE)}


def table(rows: Sequence[Sequence[str]]) -> Block:
    """A table, its first row the titles; the caller looks at `fits_table` first."""
    cells = [[{"type": "raw_text", "text": cell or "-"} for cell in row] for row in rows]
    return {"type": "table", "rows": cells}


def fits_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether Slack shows so many rows and characters in a table."""
    characters = sum(len(cell) or 1 for row in rows for cell in row)
    return len(rows) <= TABLE_ROWS and characters <= TABLE_CHARACTERS


def warnings(texts: Iterable[Phrase | str], reader: Reader) -> list[Block]:
    """Each warning as small print with a sign before it."""
    lines = [f":warning: {reader.says(text)}" for text in texts]
    return [context(*lines[start : start + 10]) for start in range(0, len(lines), 10)]
