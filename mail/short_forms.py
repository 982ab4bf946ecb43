"""One line of a mail as a line of the one grammar.

Whoever knows the grammar may write it. Whoever does not writes `csv please`, `resend 42`, `stop`,
`is 17GB000595ZOLJS03G genuine?`, or only numbers.
"""

from __future__ import annotations

import re
from itertools import pairwise

from core.commands.registry import TOPICS

FORMATS = frozenset({"csv", "xml", "json"})
_COURTESIES = """
a an again also and all any as by can could d dear download file files for format get give hello
hey hi i in it just kindly latest let like many may me my need new newest now ok okay our please
pls plz result results send sent so thank thanks that the them then these this to us want we with
would you your
"""
_POLITE = frozenset(_COURTESIES.split())
_PHOTOS = frozenset({"photo", "photos", "picture", "pictures"})
_AGAIN = frozenset({"resend", "redownload", "repeat"})
_SWITCHES = {
    "weekly": "notifications weekly",
    "daily": "notifications daily",
    "immediate": "notifications immediate",
    "immediately": "notifications immediate",
    "instant": "notifications immediate",
    "stop": "notifications off",
    "off": "notifications off",
    "unsubscribe": "notifications off",
    "pause": "notifications off",
    "start": "notifications on",
    "on": "notifications on",
    "resume": "notifications on",
    "subscribe": "notifications on",
    "commands": "help",
}
_SWITCHED_WORDS = """
change digest digests e-mail e-mails email emails from mail mailings mails make messages
notification notifications receiving sending set summary switch turn updates
"""
_SWITCHED = frozenset(_SWITCHED_WORDS.split())
_ASKED_OF_NUMBERS_WORDS = """
are authentic authenticity check correct form forms genuine is look lookup no nr number numbers
of please real report test trf trfs up valid validity verify &
"""
_ASKED_OF_NUMBERS = frozenset(_ASKED_OF_NUMBERS_WORDS.split())
_LISTED_WORDS = """
attached attachment below column csv enclosed excel find following list lists see table
"""
_LISTED = frozenset(_LISTED_WORDS.split())
_DOWNLOADS = frozenset({"send", "get", "give", "download"})
_TELLS = frozenset({"can", "could", "did", "do", "download", "get", "got", "have", "may", "now"})
_WORD = re.compile(r"[^\s,;:!?.()\"']+")
_NUMBER = re.compile(r"\d{2}[A-Za-z]{2}[0-9A-Za-z]{10,16}\Z")
_USUAL_NUMBER = re.compile(r"\d{2}[A-Za-z]{2}\d{6}[A-Za-z]{4}[0-9A-Za-z]{3}[AGag]\Z")
_SEPARATORS = re.compile(r"[\s,;|]+")
_AROUND = "'\"<>()[].:?!*_\u2022"
_COURTESY = re.compile(
    r"(?:[\s,]*\b(?:please|pls|plz|kindly|thanks|thank you|many thanks|thx|cheers)\b)*[\s.!?,]*\Z",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:(?:please|pls|plz|kindly|also|and|then|(?:show me|show|list)(?: the| my)?"
    r"|(?:can|could|would|will) you|i(?: would|'d|\u2019d) like to|i want to|we want to"
    r"|we(?: would|'d|\u2019d) like to)\b[\s,:]*"
    r"|(?:hi|hello|hey|thanks|thank you|many thanks|dear (?:all|team|colleagues))\b\s*[,.!:]+\s*)+",
    re.IGNORECASE,
)
_AT_TIME = re.compile(r"(daily|weekly)(?:\s+at)?\s+([0-2]?\d)[:.]([0-5]\d)\Z", re.IGNORECASE)
_BULLET = re.compile(r"\s*(?:[-*\u2022\u2013]\s+|\d{1,2}[.)]\s+)")


def is_trf_like(word: str) -> bool:
    """Whether a word can be meant as a TRF number and as nothing else."""
    return _NUMBER.match(word) is not None


def numbers_of(line: str) -> list[str]:
    """The numbers of a line that holds nothing else, also one that was typed in groups."""
    words = _bare_words(_BULLET.sub("", line, count=1))
    if words and all(map(is_trf_like, words)):
        return words
    whole = "".join(words)
    return [whole] if len(words) > 1 and _USUAL_NUMBER.match(whole) else []


def wish_of(line: str) -> str | None:
    """The grammar's line for one line of a mail; None where it holds no command."""
    line = _BULLET.sub("", line, count=1).strip().lstrip("/")
    if line == "?":
        return "help"
    typed = _COURTESY.sub("", _OPENING.sub("", line, count=1) if _OPENING.match(line) else line)
    words = [word.lower() for word in _WORD.findall(typed)]
    if not words:
        return None
    return (
        _verification(typed) or _short_form(words, typed) or (typed if words[0] in TOPICS else None)
    )


def wants_nothing(line: str) -> bool:
    """`Hello,`, `Thanks for the file!`, or a name alone: nothing that would want an answer."""
    words = _WORD.findall(line.lower())
    if any(map(is_trf_like, _bare_words(line))):
        return False
    if words[:1] in (["thank"], ["thanks"], ["thx"]) or words[:2] == ["many", "thanks"]:
        return not {"please", "send", "stop"} & set(words)
    if _means_something(words):
        return False
    if all(word in _POLITE | _LISTED | _ASKED_OF_NUMBERS for word in words):
        return True
    return len(words) <= 3  # noqa: PLR2004


def _means_something(words: list[str]) -> bool:
    known = FORMATS | _PHOTOS | _AGAIN | set(_SWITCHES) - {"on", "off"} | _SWITCHED - {"from"}
    return bool((known | set(TOPICS) - {"results", "download"}) & set(words))


def _bare_words(line: str) -> list[str]:
    return [word for one in _SEPARATORS.split(line) if (word := one.strip(_AROUND))]


def _verification(typed: str) -> str | None:
    """`verify A and B`, `TRF number: A`, `is A genuine?`; `verify` for `check the attached list`.

    Not a report, and not with what a copy claims.
    """
    words = _bare_words(typed)
    if "=" in typed or not words or words[0].lower() in TOPICS.keys() - {"verify"}:
        return None
    if words[0].lower() == "verify" and (grouped := numbers_of(" ".join(words[1:]))):
        return f"verify {' '.join(grouped)}"
    numbers = [word for word in words if is_trf_like(word)]
    about = [word.lower() for word in words if not is_trf_like(word)]
    if not all(word in _ASKED_OF_NUMBERS | _POLITE | _LISTED for word in about):
        return None
    if numbers or words[0].lower() in {"verify", "check"}:
        return " ".join(["verify", *numbers])
    return None


def _short_form(words: list[str], typed: str) -> str | None:
    if words[0] in {"thank", "thanks", "thx"} or words[:2] == ["many", "thanks"]:
        return None
    asked = [word for word in words if word not in _POLITE]
    meant = [word for word in asked if word not in _PHOTOS]
    photos = ["photos=yes"] if len(meant) < len(asked) else []
    formats = [word for word in meant if word in FORMATS]
    if words[0] == "help" and all(word in _POLITE for word in words[1:]):
        return "help"
    if formats and len(meant) == 1:
        return " ".join(["download", formats[0], *photos])
    if not meant and words[0] != "results" and _DOWNLOADS & set(words) and not _tells(words):
        return " ".join(["download", *photos])
    if not asked and {"new", "any"} & set(words[:2]) and {"result", "results"} & set(words):
        return "results"
    return _switch(words, asked, typed) or _resending(meant, formats, photos)


def _tells(words: list[str]) -> bool:
    """`we can download them now` asks for nothing; `can we get them` does."""
    return any(who in {"i", "we"} and does in _TELLS for who, does in pairwise(words))


def _switch(words: list[str], asked: list[str], typed: str) -> str | None:
    """`weekly`, `stop sending me these mails`, `daily at 9:30`."""
    if at := _AT_TIME.match(typed):
        return f"notifications {at[1].lower()} time={at[2]:0>2}:{at[3]}"
    meant = [word for word in asked if word not in _SWITCHED]
    if len(meant) != 1 or words[0] == "notifications":
        return None
    if meant[0] in {"on", "off"} and not {"notifications", "notification"} & set(words):
        return None
    return _SWITCHES.get(meant[0])


def _resending(meant: list[str], formats: list[str], photos: list[str]) -> str | None:
    """`resend 42`, `redownload no. 42 as xml with photos`."""
    if not meant or meant[0] not in _AGAIN:
        return None
    rest = [word.lstrip("#") for word in meant[1:] if word not in FORMATS | {"no", "nr", "number"}]
    if len(rest) == 1 and rest[0].isdigit() and len(formats) <= 1:
        return " ".join(["redownload", rest[0], *formats, *photos])
    return None
