"""What people type: the slash commands' names, which a workspace may have to prefix."""

from __future__ import annotations

import re

from core.commands.registry import TOPICS

FAMILY = "ielts"
OWN_NAMES = ("verify", "results", "download", "history", "templates", "users", "notifications")
"""Commands with a slash of their own; all are in the family too."""

HELP = frozenset({"help", "?"})
_QUOTED = re.compile("`([a-z]+)([^`]*)`")

VERIFY_SHORTCUT = "verify-form"
NUMBERS_SHORTCUT = "verify-numbers"


def line_of(command: str, text: str, prefix: str) -> str | None:
    """The line of the shared grammar that `/command text` is; None for a command not of ours."""
    name = command.removeprefix("/").removeprefix(prefix)
    typed = as_typed(text)
    if name == FAMILY:
        return typed or "help"
    if name in OWN_NAMES:
        return f"help {name}" if typed.lower() in HELP else f"{name} {typed}".strip()
    return None


def typeable(text: str, prefix: str) -> str:
    """Each command in back-ticks as it is typed anywhere in Slack: `/ielts link`, `/history`."""

    def typed(found: re.Match[str]) -> str:
        word = found[1]
        family = "" if word in OWN_NAMES else f"{FAMILY} "
        return f"`/{prefix}{family}{word}{found[2]}`" if word in TOPICS else found[0]

    return _QUOTED.sub(typed, text) if "`" in text else text


def as_typed(text: str) -> str:
    """Without the escapes that Slack puts into what people write."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
