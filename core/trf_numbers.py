"""Test Report Form numbers: read from what people paste, and what their parts say.

The usual pattern has 18 characters, `YY CC nnnnnn FFF G ccc M`: year, country, candidate number,
first letters of the family and the first name, end of the centre number, module. It serves for
hints and warnings only; the official API's own example has 16 characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from anyascii import anyascii

from core.phrases import Phrase, say
from core.refusals import usage
from core.terms import TRF_LENGTH

USUAL_PATTERN = "ddaaddddddaaaacccm"
"""d a digit, a a letter, c either, m the module's letter."""

_WRAPPED = re.compile(r"<(?:mailto:|https?://)[^|<>]*\|([^<>]*)>")
_LINKED = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ADDRESSED = re.compile(r"^<?(?:mailto:|https?://)(.*?)>?$", re.IGNORECASE)
_EDGES = " \t\r\n.,;:!?()[]{}<>\"'`*_~#"
_LOOKALIKES = {"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2", "0": "O", "1": "I"}


class TrfNumber(str):
    """A number that may be looked up: 1 to 20 digits and capital letters."""

    @classmethod
    def read(cls, pasted: str) -> Self:
        """The number in what somebody pasted; raise Refusal naming the rule it breaks."""
        text = _stripped(pasted)
        if not text:
            raise usage(
                "trf_blank",
                "No Test Report Form number was given. It is at the bottom right of the form.",
            )
        wrong = "".join(dict.fromkeys(re.sub(r"[A-Z0-9]", "", text)))
        if wrong:
            raise usage(
                "trf_characters",
                "A Test Report Form number has digits and letters only, not {wrong}",
                wrong=" ".join(_named(character) for character in wrong[:5]),
            )
        if len(text) > TRF_LENGTH:
            raise usage(
                "trf_too_long",
                "A Test Report Form number has up to {most} digits and letters; this has {n}.",
                most=TRF_LENGTH,
                n=len(text),
            )
        return cls(text)


def _stripped(pasted: str) -> str:
    """Without wrappers, blanks, dashes, invisible characters and punctuation around it."""
    text = _WRAPPED.sub(r"\1", pasted)
    text = _LINKED.sub(r"\1", text)
    text = _ADDRESSED.sub(r"\1", text.strip())
    text = unicodedata.normalize("NFKC", text)
    kept = (character for character in text if not _is_filler(character))
    return "".join(kept).strip(_EDGES).upper()


def _is_filler(character: str) -> bool:
    """Blanks, dashes of every kind, format and control characters, accents left alone."""
    return unicodedata.category(character) in {"Zs", "Zl", "Zp", "Pd", "Cf", "Cc"} or (
        character in "\u2212\u02d7\u00b7\u115f\u1160\u2800\u3164\ufe0f`'\"\u2018\u2019\u201c\u201d"
    )


def _named(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"


def hints(number: str) -> list[Phrase]:
    """What looks unusual in a number that was not found, from the number alone."""
    if len(number) != len(USUAL_PATTERN):
        return [
            say(
                "This number has {n} characters; most have {usual}.",
                n=len(number),
                usual=len(USUAL_PATTERN),
            )
        ]
    found = (
        _hint(at, character, expected)
        for at, (character, expected) in enumerate(zip(number, USUAL_PATTERN, strict=True), 1)
    )
    return [hint for hint in found if hint is not None]


def _hint(at: int, character: str, expected: str) -> Phrase | None:
    if expected == "d" and not character.isdigit():
        return _swapped(at, character, say("a digit"))
    if expected == "a" and not character.isalpha():
        return _swapped(at, character, say("a letter"))
    if expected == "m" and character not in "AG":
        return say(
            "The last character is {character}; most numbers end in A or G.", character=character
        )
    return None


def _swapped(at: int, character: str, expected: Phrase) -> Phrase:
    meant = _LOOKALIKES.get(character)
    if meant is not None and meant.isdigit() != character.isdigit():
        return say(
            "Character {at} is {character}, where most numbers have {expected}. Is it {meant}?",
            at=at,
            character=character,
            expected=expected,
            meant=meant,
        )
    return say(
        "Character {at} is {character}, where most numbers have {expected}.",
        at=at,
        character=character,
        expected=expected,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """What the record says of the parts of its number; dates ISO, module `A` or `G`."""

    test_date: str
    candidate_number: str
    family_name: str
    first_name: str
    centre_number: str
    module: str


def disagreements(number: str, parts: Parts) -> list[Phrase]:
    """Where an 18-character number and its own record disagree; hints, never refusals."""
    if len(number) != len(USUAL_PATTERN):
        return []
    family, first = _letters(parts.family_name)[:3], _letters(parts.first_name)[:1]
    checks = (
        (number[:2], parts.test_date[2:4], say("year")),
        (number[4:10], parts.candidate_number, say("candidate number")),
        (number[10:13][: len(family)], family, say("family name")),
        (number[13:14][: len(first)], first, say("first name")),
        (number[14:17], parts.centre_number[-3:], say("centre number")),
        (number[17], parts.module, say("module")),
    )
    return [
        say("The number's part for the {part} does not agree with the record.", part=part)
        for in_number, in_record, part in checks
        if in_record and in_number != in_record
    ]


def _letters(name: str) -> str:
    return re.sub(r"[^A-Z]", "", anyascii(name).upper())
