"""What people type: the slash commands' names, which a workspace may have to prefix."""

from __future__ import annotations

FAMILY = "ielts"
OWN_NAMES = ("verify", "results", "download", "history", "templates", "users", "notifications")
"""Commands with a slash of their own; all are in the family too."""

VERIFY_SHORTCUT = "verify-form"
NUMBERS_SHORTCUT = "verify-numbers"


def line_of(command: str, text: str, prefix: str) -> str | None:
    """The line of the shared grammar that `/command text` is; None for a command not of ours."""
    name = command.removeprefix("/").removeprefix(prefix)
    typed = as_typed(text)
    if name == FAMILY:
        return typed or "help"
    if name in OWN_NAMES:
        return f"{name} {typed}".strip()
    return None


def as_typed(text: str) -> str:
    """Without the escapes that Slack puts into what people write."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
