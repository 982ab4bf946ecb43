"""What people write in mail, turned into lines of the one grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.commands.registry import TOPICS
from mail.courtesies import only_thanks, opened, sentences, without_bullet, words_of
from mail.number_lines import number_of_row, numbers_of, with_comment
from mail.short_forms import wants_nothing, wish_of

MOST_COMMANDS = 5

LONGEST_SIGNATURE_NAME = 5
SHORTEST_BROKEN = 40
_QUOTE = re.compile('["\u201c\u201d\u201e]')
_OPTION = re.compile(r"\s*[a-z_]+=\S")
_WORD = re.compile(r"\w+")
_DEVICE = re.compile(
    r"\b(?:iphone|ipad|android|samsung|galaxy|outlook|huawei|xiaomi)\b", re.IGNORECASE
)
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


def wishes_in(text: str, subject: str, sender: str = "") -> Wishes:
    """The commands in what a person wrote; those of the subject where the text has none.

    The subject of an answer or a forwarded mail is not the person's own. `sender` is their name,
    below which they signed.
    """
    found = _read(_unwrapped(text.splitlines()), sender)
    if not subject or _REPLYING.match(subject) or found.lines not in {(), ("verify",)}:
        return found
    own = _read([subject], "")
    has_numbers = own.lines[:1] and own.lines[0].startswith("verify ")
    return own if own.lines and (has_numbers or not found.lines) else found


def is_thanks(text: str, sender: str = "") -> bool:
    """Whether a mail only thanks, so that an answer would be one mail too many."""
    lines = [line for line in text.splitlines() if line.strip()]
    said = [words_of(line) for line in lines if not _is_signature(line, sender)]
    return any(map(only_thanks, said)) and all(map(wants_nothing, lines))


def _read(lines: Iterable[str], sender: str) -> Wishes:
    commands: list[str] = []
    strange = 0
    signed = False
    for numbers, line in _joined(lines):
        wish = f"verify {' '.join(numbers)}" if numbers else wish_of(line)
        if numbers and commands[-1:] == ["verify"]:
            commands.pop()  # the numbers stand below it
        signed = signed or (wish is None and _is_signature(line, sender))
        if wish == "verify" and commands[-1:] and commands[-1].startswith("verify "):
            continue  # the numbers stand above it
        if wish is not None:
            commands.append(wish)
        elif signed or wants_nothing(line):
            continue
        elif commands[-1:] and commands[-1].startswith("report "):
            commands[-1] = with_comment(commands[-1], line)
        else:
            strange += 1
    own = tuple(commands[:MOST_COMMANDS])
    return Wishes(own, strange, len(commands) - len(own))


def _unwrapped(lines: Iterable[str]) -> Iterator[str]:
    """A command that a mail program has broken after some seventy letters, as one line again."""
    whole = ""
    for line in lines:
        if whole and line.strip() and _goes_on(whole, line):
            whole = f"{whole.rstrip()}{'' if whole.rstrip().endswith(',') else ' '}{line.strip()}"
            continue
        if whole:
            yield whole
        whole = line
    if whole:
        yield whole


def _goes_on(line: str, below: str) -> bool:
    """Whether a command stops short: within quotes, after a comma, or before an option."""
    if len(line) < SHORTEST_BROKEN or opened(line).split(maxsplit=1)[:1] == []:
        return False
    if opened(line).split()[0].lower() not in TOPICS:
        return False
    open_quote = len(_QUOTE.findall(line)) % 2 == 1
    return open_quote or bool(_OPTION.match(below)) or ("=" in line and line.rstrip().endswith(","))


def _joined(lines: Iterable[str]) -> Iterator[tuple[list[str], str]]:
    """Lines of numbers one after another are one list of numbers."""
    numbers: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        bare = without_bullet(line)
        if found := numbers_of(bare) or number_of_row(bare):
            numbers += found
            continue
        if numbers:
            yield numbers, ""
            numbers = []
        for sentence in _sentences(line):
            yield [], sentence
    if numbers:
        yield numbers, ""


def _sentences(line: str) -> list[str]:
    """A line that means nothing as a whole may do so sentence by sentence."""
    if wish_of(line) is not None or wants_nothing(line):
        return [line]
    said = sentences(line)
    return said if any(map(wish_of, said)) else [line]


def _is_signature(line: str, sender: str) -> bool:
    """The writer's name, or what their telephone adds: nobody is asked for what stands below."""
    if _DEVICE.search(line):
        return True
    words = _WORD.findall(line.lower())
    own = set(_WORD.findall(sender.lower()))
    return len(words) <= LONGEST_SIGNATURE_NAME and not own.isdisjoint(words)
