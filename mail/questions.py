"""Questions that stand for a command: `anything new?`, `what can you do?`."""

from __future__ import annotations

from core.commands.registry import TOPICS
from mail.courtesies import POLITE, words_of

_NEWS_WORDS = """
any anything are arrived come do for got has have in is new newer news result results s since the
there today us we what whats yesterday yet you
"""
_NEWS = frozenset(_NEWS_WORDS.split()) | POLITE - {"download", "get", "give", "send"}
_ASKING = frozenset({"any", "anything", "are", "do", "has", "have", "is", "new", "what", "whats"})
_HELP_WORDS = """
can commands do does else how i is it me possible tell there this use we what which with work works
you
"""
_HELP = frozenset(_HELP_WORDS.split())
_ABOUT_US = frozenset({"do", "work", "works", "use", "commands"})


def question(typed: str) -> str | None:
    """The command that answers it; None for a question about something else, and for none."""
    words = words_of(typed)
    said = set(words)
    if words and words[0] in _ASKING and {"new", "news"} & said and said <= _NEWS:
        return "results"
    if words[:1] == ["how"] and {"do", "can", "to"} & set(words[1:3]):
        topic = next((word for word in words if word in TOPICS), "")
        return f"help {topic}".strip() if topic or said <= _HELP else None
    if words and words[0] in {"how", "what", "which"} and _ABOUT_US & said and said <= _HELP:
        return "help"
    return None
