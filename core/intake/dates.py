"""The one date format of a file, found from its dates; asked for where two would do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime

from core.refusals import Refusal, usage
from core.terms import DateFormat

ENOUGH = 1000
"""So many dates usually settle it; only a file they leave open is read to its end for it."""

_SHAPES = {
    DateFormat.DAY_FIRST: re.compile(r"(?P<d>\d\d)/(?P<m>\d\d)/(?P<y>\d{4})"),
    DateFormat.MONTH_FIRST: re.compile(r"(?P<m>\d\d)/(?P<d>\d\d)/(?P<y>\d{4})"),
    DateFormat.COMPACT: re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"),
    DateFormat.ISO: re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
    DateFormat.MONTH_FIRST_SHORT: re.compile(r"(?P<m>\d\d)/(?P<d>\d\d)/(?P<y>\d\d)"),
    DateFormat.MONTH_FIRST_COMPACT: re.compile(r"(?P<m>\d\d)(?P<d>\d\d)(?P<y>\d{4})"),
}
EARLIEST = "1900-01-01"


def reader_of(date_format: DateFormat, today: date) -> Callable[[str], str]:
    """A function from text to an ISO date; it raises ValueError for anything else."""
    shape = _SHAPES[date_format]
    pivot = today.year % 100

    def read(text: str) -> str:
        found = shape.fullmatch(text.strip())
        if found is None or not text.isascii():
            raise ValueError(text)
        digits, month, day = found.group("y", "m", "d")
        year = int(digits)
        if len(digits) == 2:  # noqa: PLR2004  a short year is the last one that was
            year += 2000 if year <= pivot else 1900
        iso = date(year, int(month), int(day)).isoformat()
        if iso < EARLIEST:
            raise ValueError(text)
        return iso

    return read


def settled(dates: Iterable[str], today: date) -> DateFormat:
    """The format that reads most of the dates; raise Refusal if two read them differently."""
    readers = {one: reader_of(one, today) for one in DateFormat}
    hits = dict.fromkeys(DateFormat, 0)
    differ = ""
    for n, text in enumerate(dates):
        readings = _readings(text, readers)
        for one in readings:
            hits[one] += 1
        if len(set(readings.values())) > 1:
            differ = differ or text
        if n >= ENOUGH and len(_best(hits)) == 1:
            break
    best = _best(hits)
    if len(best) > 1 and differ:
        raise _ambiguous(best, differ)
    return best[0]


def _readings(text: str, readers: dict[DateFormat, Callable[[str], str]]) -> dict[DateFormat, str]:
    readings = {}
    for one, read in readers.items():
        try:
            readings[one] = read(text)
        except ValueError:
            continue
    return readings


def _best(hits: dict[DateFormat, int]) -> list[DateFormat]:
    most = max(hits.values())
    return [one for one, n in hits.items() if n == most]


def _ambiguous(best: list[DateFormat], example: str) -> Refusal:
    return usage(
        "dates_ambiguous",
        "The dates of this file can be read in more than one way, such as {example}. "
        "Say which with --date-format: {formats}. Nothing was changed.",
        example=example,
        formats=" or ".join(one.value for one in best),
    )


def read_instant(text: str) -> str:
    """A lastModifiedDate as yyyy-mm-ddThh:mm:ss in UTC; without a zone it is UTC already."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text.strip())
    offset = moment.utcoffset()
    if offset is not None:
        moment = moment.replace(tzinfo=None) - offset
    return moment.replace(microsecond=0).isoformat()
