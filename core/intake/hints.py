"""Counts of what looks odd in a chunk: a number's parts, an overall that is not the mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from operator import ne
from typing import Any

from core.phrases import Phrase, say
from core.trf_numbers import USUAL_LENGTH, disagreements, letters_of

NOT_THE_MEAN = say("The overall band is not the mean of the four scores.")
OTHER_PARTS = say("The TRF number's own parts do not agree with the record.")
_FOUR = ("listening", "reading", "writing", "speaking")
_PARTS = ("test_date", "candidate_number", "family_name", "first_name", "centre_number", "module")
_MEAN = bytes((total + 2) // 4 for total in range(256))
"""Of four bands' sum, in half-bands: .25 and .75 round up."""

MOST_STARTS = 1 << 16

Columns = Mapping[str, Sequence[Any]]


def odd_ones(columns: Columns) -> dict[Phrase, int]:
    """How many rows deserve each hint."""
    return {NOT_THE_MEAN: _not_the_mean(columns), OTHER_PARTS: _other_parts(columns)}


def _not_the_mean(columns: Columns) -> int:
    """A column of bands is added to the next as one large number, a byte for each row."""
    if not {*_FOUR, "overall"} <= columns.keys():
        return 0
    bands = [columns[name] for name in (*_FOUR, "overall")]
    try:
        *four, overall = map(bytes, bands)
    except TypeError:  # a blank one
        whole = [row for row in zip(*bands, strict=True) if None not in row]
        *four, overall = map(bytes, zip(*whole, strict=True)) if whole else [b""] * 5
    total = sum(int.from_bytes(column, "big") for column in four)
    means = total.to_bytes(len(overall), "big").translate(_MEAN)
    return 0 if means == overall else sum(map(ne, means, overall))


def _other_parts(columns: Columns) -> int:
    """The plain comparison clears nearly all rows; the careful one looks at the rest."""
    if not set(_PARTS) <= columns.keys():
        return 0
    numbers = columns["trf_number"]
    parts = [columns[name] for name in _PARTS]
    unusual = _unusual(numbers, *parts)
    records = (zip(_PARTS, (part[row] for part in parts), strict=True) for row in unusual)
    return sum(
        bool(disagreements(numbers[row], **dict(record)))
        for row, record in zip(unusual, records, strict=True)
    )


def _unusual(
    numbers: Sequence[str],
    tested: Sequence[str],
    candidates: Sequence[str],
    families: Sequence[str],
    firsts: Sequence[str],
    centres: Sequence[str],
    modules: Sequence[str],
) -> Collection[int]:
    """The rows whose number is not plainly put together; all of them where widths differ.

    Compared a place at a time: the first characters of all cells at once, then the second ones.
    """
    if max(map(len, numbers)) > USUAL_LENGTH:
        return range(len(numbers))
    put_together = [
        _places(tested, 10, 2, 4),
        _places(candidates, 6, 0, 6),
        _places([*map(_STARTS.__getitem__, families)], 3, 0, 3),
        _places([*map(_STARTS.__getitem__, firsts)], 3, 0, 1),
        _places(centres, 5, 2, 5),
        _places(modules, 1, 0, 1),
    ]
    given = [_places(numbers, USUAL_LENGTH, 0, 2), _places(numbers, USUAL_LENGTH, 4, USUAL_LENGTH)]
    if not all(put_together) or not all(given):
        return range(len(numbers))
    odd: set[int] = set()
    for one, other in zip(chain(*given), chain(*put_together), strict=True):
        if one != other:
            odd.update(row for row, differs in enumerate(map(ne, one, other)) if differs)
    return odd


def _places(cells: Sequence[str], width: int, start: int, stop: int) -> list[bytes]:
    """Every cell's character at each of these places; none where one is narrower."""
    joined = "".join(cells).encode()
    if len(joined) != len(cells) * width:
        return []
    return [joined[place::width] for place in range(start, stop)]


class _Starts(dict[str, str]):
    """Three letters of a name: names repeat, and their letters are dear."""

    def __missing__(self, name: str) -> str:
        if len(self) > MOST_STARTS:
            self.clear()
        start = self[name] = letters_of(name)[:3].ljust(3, "X")
        return start


_STARTS = _Starts()
