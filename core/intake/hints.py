"""Counts of what looks odd in a chunk: a number's parts, an overall that is not the mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from core.phrases import Phrase, say
from core.trf_numbers import USUAL_LENGTH, disagreements, letters_of

NOT_THE_MEAN = say("The overall band is not the mean of the four scores.")
OTHER_PARTS = say("The TRF number's own parts do not agree with the record.")
_FOUR = ("listening", "reading", "writing", "speaking")
_PARTS = ("test_date", "candidate_number", "family_name", "first_name", "centre_number", "module")

Columns = Mapping[str, Sequence[Any]]


def odd_ones(columns: Columns) -> dict[Phrase, int]:
    """How many rows deserve each hint."""
    return {NOT_THE_MEAN: _not_the_mean(columns), OTHER_PARTS: _other_parts(columns)}


def _not_the_mean(columns: Columns) -> int:
    if not {*_FOUR, "overall"} <= columns.keys():
        return 0
    bands = [columns[name] for name in (*_FOUR, "overall")]
    rows: Iterable[tuple[Any, ...]] = zip(*bands, strict=True)
    if not all(map(all, bands)):
        rows = (row for row in rows if None not in row)
    return sum([(a + b + c + d + 2) // 4 != overall for a, b, c, d, overall in rows])


def _other_parts(columns: Columns) -> int:
    """The plain comparison clears nearly all rows; the careful one looks at the rest."""
    if not set(_PARTS) <= columns.keys():
        return 0
    odd = 0
    rows = zip(columns["trf_number"], *(columns[name] for name in _PARTS), strict=True)
    for number, tested, candidate, family, first, centre, module in rows:
        plain = (
            f"{tested[2:4]}{number[2:4]}{candidate}{_start(family)}{_start(first)[:1]}"
            f"{centre[-3:]}{module}"
        )
        if number != plain and len(number) == USUAL_LENGTH:
            odd += bool(
                disagreements(
                    number,
                    test_date=tested,
                    candidate_number=candidate,
                    family_name=family,
                    first_name=first,
                    centre_number=centre,
                    module=module,
                )
            )
    return odd


@lru_cache(1 << 16)
def _start(name: str) -> str:
    """Three letters; names repeat, and their letters are dear."""
    return letters_of(name)[:3].ljust(3, "X")
