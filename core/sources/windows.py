"""A range of modification times, read whole: halved while it holds too much for one answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.sources.answers import NUMBER, Answered, Record
from core.sources.failures import TooManyRecords, Unanswered

SECOND = timedelta(seconds=1)
LONGEST = timedelta(days=1)
"""One window is taken in by one transaction, and moves the cursor."""
MOST_PAGES = 200
MOST_PASSES = 5


class Source(Protocol):
    """What can be asked for a range."""

    def modified(self, start: datetime, end: datetime, page: int | None = None) -> Answered:
        """Records of the range, ends included."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """A range, with what was modified in it, oldest first."""

    start: datetime
    end: datetime
    records: tuple[Record, ...]


def windows(source: Source, start: datetime, end: datetime) -> Iterator[Window]:
    """The range in windows, oldest first, each as large as an answer may be.

    They share their ends: whether the API counts an end in is written nowhere.
    """
    while start < end:
        upto = min(start + LONGEST, end)
        yield from _halved(source, start, upto)
        start = upto


def _halved(source: Source, start: datetime, end: datetime) -> Iterator[Window]:
    try:
        yield Window(start, end, _ordered(_whole(source, start, end)))
    except TooManyRecords:
        if end - start <= SECOND:
            yield Window(start, end, _ordered(_paged(source, start, end)))
            return
        middle = (start + (end - start) / 2).replace(microsecond=0)
        yield from _halved(source, start, middle)
        yield from _halved(source, middle, end)


def _whole(source: Source, start: datetime, end: datetime) -> tuple[Record, ...]:
    """One answer; one that names a next set was cut short, and is as good as too large."""
    answered = source.modified(start, end)
    if answered.more:
        raise TooManyRecords("The answer is one of several.", answered.transaction_id)
    return answered.records


def _paged(source: Source, start: datetime, end: datetime) -> tuple[Record, ...]:
    """A second that holds too much, page by page until two passes agree.

    A record that is changed meanwhile leaves the range, and those behind it move up a page.
    """
    before: frozenset[str] = frozenset()
    found: dict[str, Record] = {}
    for _ in range(MOST_PASSES):
        numbers = _one_pass(source, start, end, found)
        if numbers == before:
            return tuple(found.values())
        before = numbers
    raise Unanswered("The pages of one second never stood still.")


def _one_pass(
    source: Source, start: datetime, end: datetime, found: dict[str, Record]
) -> frozenset[str]:
    numbers = set()
    for page in range(1, MOST_PAGES + 1):
        answered = source.modified(start, end, page)
        found |= {record[NUMBER]: record for record in answered.records}
        numbers |= {record[NUMBER] for record in answered.records}
        if not answered.more or not answered.records:
            return frozenset(numbers)
    raise Unanswered("One second holds more pages than can be.")


def _ordered(records: tuple[Record, ...]) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda one: str(one.get("lastModifiedDate", ""))))
