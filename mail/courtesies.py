"""What people write around what they want: greetings, please, thanks, bullets."""

from __future__ import annotations

import re

_COURTESIES = """
a an again also and all any as by can could d dear download file files for format get give good
have hello hey hi i in it just kindly latest let like may me my need new newest now ok okay our
please pls plz result results send sending sent so thank thanks that the them then these this to us
want we with would you your
"""
POLITE = frozenset(_COURTESIES.split())
_THANKS = frozenset({"thank", "thanks", "thx", "cheers", "ta"})
_PLEASED = frozenset({"great", "perfect", "ok", "okay", "lovely", "brilliant", "got", "it", "all"})
_WORD = re.compile(r"[^\s,;:!?.()\"'\u201c\u201d\u2018\u2019]+")
_BULLET = re.compile(r"\A\s*(?:[-*\u2022\u00b7\u2013\u2014]\s+|\(?(?:\d{1,3}|[a-z])[.)]\s+)+")
_PLEASE = (
    r"please|pls|plz|kindly|thanks|thank you|many thanks|thx|cheers|very much|so much|a lot"
    r"|in advance|best wishes|(?:kind |best |warm )?regards|best"
)
_COURTESY = re.compile(rf"(?:[\s,.!?]*\b(?:{_PLEASE})\b)*[\s.!?,]*\Z", re.IGNORECASE)
_CLOSING = re.compile(rf"(?<=[.!?])\s+(?:{_PLEASE}|with|have a)\b[^=]*\Z", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:(?:please|pls|plz|kindly|also|and|then|(?:show me|show|list)(?: the| my)?"
    r"|(?:would|do) you mind|(?:can|could|would|will) (?:you|we|i)(?: please| kindly)?"
    r"|be so (?:kind|good) as to|i'?d be grateful if you could"
    r"|i(?: would|'d|\u2019d) like to|i want to|i need to|we(?: want| need) to"
    r"|we(?: would|'d|\u2019d) like to)\b[\s,:]*"
    r"|(?:hi|hello|hey|thanks|thank you|many thanks)(?: (?:there|all|again|team))?\s*[,.!:]+\s*"
    r"|dear (?:[^\s,]+ ?){1,4},\s*"
    r"|good (?:morning|afternoon|evening|day)(?: [^\s,]+){0,2}\s*[,.!:]+\s*)+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?<=[.!?;])\s+(?=\S)|,\s+(?=(?:please|pls|kindly|(?:can|could|would) (?:you|we|i))\b)",
    re.IGNORECASE,
)


def words_of(text: str) -> list[str]:
    """In lower case, without punctuation."""
    return [word.lower() for word in _WORD.findall(text)]


def without_bullet(line: str) -> str:
    """A line without `1.`, `-` or `a)` before it."""
    return _BULLET.sub("", line)


def opened(line: str) -> str:
    """A line without the courtesies before and after what it asks."""
    begun = _OPENING.match(line)
    rest = line[begun.end() :] if begun else line
    return _COURTESY.sub("", rest)


def closes(typed: str) -> str:
    """A command without the thanks in a sentence of its own behind it."""
    return _COURTESY.sub("", _CLOSING.sub("", typed))


def sentences(line: str) -> list[str]:
    """The sentences of a line, and what is asked for within one: `…, please send it again`."""
    return [one for one in _SENTENCE.split(line) if one.strip()]


def thanks(words: list[str]) -> bool:
    """Whether a sentence is thanks: `Thanks for the csv`, `Great, thank you`."""
    first = next((word for word in words if word not in _PLEASED), "")
    return first in _THANKS or words[:2] == ["many", "thanks"]


def only_thanks(words: list[str]) -> bool:
    """Whether somebody is pleased, and says nothing else."""
    return thanks(words) or (bool(words) and set(words) <= _PLEASED | {"received", "that's"})
