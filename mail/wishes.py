"""What people write in mail, turned into lines of the one grammar.

Whoever knows the grammar may write it. Whoever does not writes `csv please`, `resend 42`, `stop`,
or only numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.commands.registry import TOPICS

MOST_COMMANDS = 5

FORMATS = frozenset({"csv", "xml", "json"})
_COURTESIES = """
a an again also and all any as by can could d dear download file files for format get give hello
hey hi i in it just kindly latest let like may me my new newest now ok okay our please pls plz
result results send sent so thank thanks that the them then these this to us want we with would
you your
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
    "unsubscribe": "notifications off",
    "pause": "notifications off",
    "start": "notifications on",
    "resume": "notifications on",
    "subscribe": "notifications on",
    "commands": "help",
}
_WORD = re.compile(r"[^\s,;:!?.()\"']+")
_NUMBER = re.compile(r"\d{2}[A-Za-z]{2}[0-9A-Za-z]{10,16}\Z")
_SEPARATORS = re.compile(r"[\s,;|]+")
_COURTESY = re.compile(
    r"(?:[\s,]*\b(?:please|pls|plz|kindly|thanks|thank you|many thanks|thx|cheers)\b)*[\s.!?,]*\Z",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s*(?:[-*\u2022\u2013]\s+|\d{1,2}[.)]\s+)")
_REPLYING = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|odp|ynt|r|rif|tr|fw|fwd|wg|vl|enc|rv|doorst|i|pd|\u7b54\u590d|\u8f6c\u53d1|\u56de\u590d)"
    r"(?:\[\d+\])?\s*[:\uff1a]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Lines of the grammar in the order of the mail, and how many lines were none."""

    lines: tuple[str, ...]
    not_understood: int
    too_many: int


def wishes_in(text: str, subject: str) -> Wishes:
    """The commands in what a person wrote; those of the subject where the text has none.

    The subject of an answer or a forwarded mail is not the person's own.
    """
    found = _read(text.splitlines())
    if not found.lines and subject and not _REPLYING.match(subject):
        from_subject = _read([subject])
        if from_subject.lines:
            return from_subject
    return found


def is_trf_like(word: str) -> bool:
    """Whether a word can be meant as a TRF number and as nothing else."""
    return _NUMBER.match(word) is not None


def _read(lines: Iterable[str]) -> Wishes:
    commands: list[str] = []
    strange = 0
    for numbers, line in _joined(lines):
        wish = f"verify {' '.join(numbers)}" if numbers else wish_of(line)
        if wish is not None:
            commands.append(wish)
        elif not _is_courtesy(line):
            strange += 1
    own = tuple(commands[:MOST_COMMANDS])
    return Wishes(own, strange, len(commands) - len(own))


def _joined(lines: Iterable[str]) -> Iterator[tuple[list[str], str]]:
    """Lines of numbers one after another are one list of numbers."""
    numbers: list[str] = []
    for line in lines:
        words = [word.strip("'\"<>()[].") for word in _SEPARATORS.split(line.strip()) if word]
        if not words:
            continue
        if all(map(is_trf_like, words)):
            numbers += words
            continue
        if numbers:
            yield numbers, ""
            numbers = []
        yield [], line
    if numbers:
        yield numbers, ""


def wish_of(line: str) -> str | None:
    """The grammar's line for one line of a mail; None where it holds no command."""
    line = _BULLET.sub("", line, count=1).strip().lstrip("/")
    if line == "?":
        return "help"
    typed = _COURTESY.sub("", line)
    words = [word.lower() for word in _WORD.findall(typed)]
    if not words:
        return None
    return _short_form(words) or (typed if words[0] in TOPICS else None)


def _short_form(words: list[str]) -> str | None:
    asked = [word for word in words if word not in _POLITE]
    meant = [word for word in asked if word not in _PHOTOS]
    photos = ["photos=yes"] if len(meant) < len(asked) else []
    formats = [word for word in meant if word in FORMATS]
    if len(asked) == 1 and asked[0] in _SWITCHES:
        return _SWITCHES[asked[0]]
    if formats and len(meant) == 1:
        return " ".join(["download", formats[0], *photos])
    if not meant and words[0] != "results" and {"send", "get", "give", "download"} & set(words):
        return " ".join(["download", *photos])
    return _resending(meant, formats, photos)


def _resending(meant: list[str], formats: list[str], photos: list[str]) -> str | None:
    """`resend 42`, `redownload 42 as xml with photos`."""
    if not meant or meant[0] not in _AGAIN:
        return None
    rest = [word.lstrip("#") for word in meant[1:] if word not in FORMATS]
    if len(rest) == 1 and rest[0].isdigit() and len(formats) <= 1:
        return " ".join(["redownload", rest[0], *formats, *photos])
    return None


def _is_courtesy(line: str) -> bool:
    """`Hello,`, `Thanks!`, or a name alone: nothing that would want an answer."""
    words = _WORD.findall(line.lower())
    return len(words) <= 3 or all(word in _POLITE for word in words)  # noqa: PLR2004
