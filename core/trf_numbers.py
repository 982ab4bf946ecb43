"""TRF numbers: read as people paste them, and what their own parts tell.

The usual pattern is `YY CC nnnnnn FFF G ccc M` (IELTS-API.md): year, country, candidate number,
family name, given name, centre, module. It is good for hints and warnings, never to refuse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Self

from anyascii import anyascii

from core.phrases import Phrase, counted, say
from core.refusals import usage
from core.terms import TRF_LENGTH, band_in_file, overall_of

USUAL_LENGTH = 18
_USUAL = re.compile(r"\d\d[A-Z]{2}\d{6}[A-Z]{4}[A-Z0-9]{3}[AG]")
MOST_PASTED = 1000
MOST_NAMED = 5

DIGIT_PLACES = (0, 1, *range(4, 10))
LETTER_PLACES = (2, 3, *range(10, 14))

DIGITS_LIKE = dict(zip("OQDILZSBG", "000112586", strict=True))
LETTERS_LIKE = dict(zip("012586", "OIZSBG", strict=True))

_LABELLED_LINK = re.compile(r"<\w+:[^<>|]*\|([^<>]*)>|\[([^\[\]]*)\]\([^()]*\)")
_BARE_LINK = re.compile(r"(?:mailto:|tel:|https?://)(.*)", re.IGNORECASE | re.DOTALL)
_AROUND = ".,;:*_~`'\"()[]{}<>" + "".join(
    map(chr, (0xAB, 0xBB, *range(0x2018, 0x2020), 0x2039, 0x203A, *range(0x3001, 0x3012)))
)
_HYPHENS = "\u2043\u2212\u02d7"  # the hyphens that Unicode files elsewhere
_INVISIBLE = "\u034f\u115f\u1160\u2800" + "".join(map(chr, range(0xFE00, 0xFE10)))


class TrfNumber(str):
    """1 to 20 digits and capital letters; made by `read`."""

    __slots__ = ()

    @classmethod
    def read(cls, pasted: str) -> Self:
        """The number in what somebody typed or pasted; raise Refusal naming the broken rule."""
        if len(pasted) <= TRF_LENGTH and pasted.isascii() and pasted.isalnum():
            return cls(pasted.upper())
        if len(pasted) > MOST_PASTED:
            raise _too_long(len(pasted))
        bare = _undecorated(unicodedata.normalize("NFKC", pasted.replace("\xb4", "'")))
        if not bare:
            raise usage(
                "trf_number_missing",
                "No Test Report Form number was given. "
                "It is at the bottom right of the form: up to 20 digits and letters.",
            )
        if strange := [one for one in bare if not (one.isascii() and one.isalnum())]:
            raise usage(
                "trf_number_characters",
                "A Test Report Form number has digits and letters only; "
                "this one also has {characters}.",
                characters=_named(strange),
            )
        if len(bare) > TRF_LENGTH:
            raise _too_long(len(bare))
        return cls(bare.upper())


def in_one(parts: Sequence[TrfNumber]) -> TrfNumber | None:
    """The number that was written with blanks in it; None for what is several numbers."""
    whole = "".join(parts)
    return TrfNumber(whole) if len(parts) > 1 and _USUAL.fullmatch(whole) else None


def hints(number: TrfNumber) -> list[Phrase]:
    """What looks mistyped, judged by the usual pattern and by nothing but the number itself."""
    if len(number) == USUAL_LENGTH:
        found = [
            *(_digit_hint(number, at) for at in DIGIT_PLACES if number[at].isalpha()),
            *(_letter_hint(number, at) for at in LETTER_PLACES if number[at].isdigit()),
        ]
    else:
        found = [
            counted(
                len(number),
                "This number has {n} character; most have {usual}.",
                "This number has {n} characters; most have {usual}.",
                usual=USUAL_LENGTH,
            )
        ]
    if number[-1] not in "AG":
        found.append(
            say(
                "This number ends in {found}; most end in A (Academic) or G (General Training).",
                found=number[-1],
            )
        )
    return found


def disagreements(
    number: str,
    *,
    test_date: str,
    candidate_number: str,
    family_name: str,
    first_name: str,
    centre_number: str,
    module: str,
) -> list[Phrase]:
    """Which parts of a usual number are not those of its record; blank values are passed over.

    The date is ISO, the module A or G. A hint for whoever loads the record, not a refusal.
    """
    if len(number) != USUAL_LENGTH:
        return []
    usual = (
        f"{test_date[2:4]}{number[2:4]}{candidate_number}{family_name[:3]}"
        f"{first_name[:1]}{centre_number[-3:]}{module}"
    )
    if usual.upper() == number:
        return []
    parts = (
        (say("year"), number[:2], test_date[2:4]),
        (say("candidate number"), number[4:10], candidate_number.zfill(6)),
        (say("family name"), number[10:13], letters_of(family_name)[:3]),
        (say("first name"), number[13], letters_of(first_name)[:1]),
        (say("centre number"), number[14:17], centre_number[-3:].upper()),
        (say("module"), number[17], module),
    )
    return [
        say(
            "The TRF number's {part} ({written}) is not that of the record.",
            part=part,
            written=written,
        )
        for part, written, recorded in parts
        if recorded.strip("0") and not written.startswith(recorded)
    ]


def letters_of(name: str) -> str:
    """A name's letters as a number has them: A to Z in capitals."""
    if name.isascii() and name.isalpha():
        return name.upper()
    return "".join(one for one in anyascii(name).upper() if one.isalpha())


def overall_disagrees(
    listening: int | None,
    reading: int | None,
    writing: int | None,
    speaking: int | None,
    overall: int | None,
) -> Phrase | None:
    """Say so where the overall band is not the mean of the four; all are half-bands."""
    if (
        listening is None
        or reading is None
        or writing is None
        or speaking is None
        or overall is None
    ):
        return None
    mean = overall_of(listening, reading, writing, speaking)
    if mean == overall:
        return None
    return say(
        "The overall band score {overall} is not the mean of the four scores, {mean}.",
        overall=band_in_file(overall),
        mean=band_in_file(mean),
    )


def _undecorated(text: str) -> str:
    text = _LABELLED_LINK.sub(lambda link: link[1] or link[2] or "", text)
    text = "".join(one for one in text if not _is_filler(one)).strip(_AROUND)
    if link := _BARE_LINK.fullmatch(text):
        text = link[1].strip(_AROUND + "/")
    return text


def _is_filler(one: str) -> bool:
    return (
        one.isspace()
        or one in _HYPHENS
        or one in _INVISIBLE
        or unicodedata.category(one) in {"Cf", "Pd"}
    )


def _named(characters: Iterable[str]) -> str:
    """A few of them, each by a name that no terminal, mail or chat gives a meaning."""
    distinct = list(dict.fromkeys(characters))
    more = ", …" if len(distinct) > MOST_NAMED else ""
    return ", ".join(map(_name, distinct[:MOST_NAMED])) + more


def _name(one: str) -> str:
    code = f"U+{ord(one):04X}"
    if one.isascii() and one.isprintable():
        return f"{one} ({code})"
    return f"{unicodedata.name(one, 'an unnamed character')} ({code})"


def _too_long(length: int) -> Exception:
    return usage(
        "trf_number_length",
        "A Test Report Form number has at most {most} characters; this one has {length}.",
        most=TRF_LENGTH,
        length=length,
    )


def _digit_hint(number: str, at: int) -> Phrase:
    found = number[at]
    if found not in DIGITS_LIKE:
        return say(
            "Character {position} is the letter {found}; most numbers have a digit there.",
            position=at + 1,
            found=found,
        )
    return say(
        "Character {position} is the letter {found}; most numbers have a digit there. "
        "Is it {digit}?",
        position=at + 1,
        found=found,
        digit=DIGITS_LIKE[found],
    )


def _letter_hint(number: str, at: int) -> Phrase:
    found = number[at]
    if found not in LETTERS_LIKE:
        return say(
            "Character {position} is the digit {found}; most numbers have a letter there.",
            position=at + 1,
            found=found,
        )
    return say(
        "Character {position} is the digit {found}; most numbers have a letter there. "
        "Is it {letter}?",
        position=at + 1,
        found=found,
        letter=LETTERS_LIKE[found],
    )
