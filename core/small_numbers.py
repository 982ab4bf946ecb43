"""What may be told in numbers without telling of a person.

A count of one is somebody. A picture of a month leaves the house by mail and is passed on, so
what a band or a module says of people is told of FEWEST of them together, or not at all. When
something arrived or was looked up says nothing of anybody, and is told exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

FEWEST = 5

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring bands (in half-bands) and how many have one of them."""

    lowest: int
    highest: int
    count: int


def grouped(counts: Mapping[int, int]) -> tuple[Group, ...]:
    """The bands upward, neighbours joined until each group has FEWEST; none for fewer in all.

    A band between them that nobody has stands alone: nobody is nobody.
    """
    present = [band for band, count in counts.items() if count]
    if sum(counts.values()) < FEWEST:
        return ()
    groups: list[Group] = []
    open_group: Group | None = None
    for band in range(min(present), max(present) + 1):
        count = counts.get(band, 0)
        joined = open_group or Group(band, band, 0)
        joined = Group(joined.lowest, band, joined.count + count)
        open_group = joined if 0 < joined.count < FEWEST else None
        if open_group is None:
            groups.append(joined)
    return tuple(_closed(groups, open_group))


def _closed(groups: list[Group], left: Group | None) -> list[Group]:
    """What is left at the top joins the last group that has anybody."""
    if left is None:
        return groups
    while groups[-1].count == 0:
        groups = groups[:-1]
    last = groups[-1]
    return [*groups[:-1], Group(last.lowest, left.highest, last.count + left.count)]


def told(counts: Mapping[Key, int]) -> dict[Key, int] | None:
    """The counts as they are, or None where one of them is somebody."""
    return None if any(0 < count < FEWEST for count in counts.values()) else dict(counts)
