"""A month of an organisation in numbers, for its administrators: never anything of a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from core.months import Month
from core.small_numbers import Group
from core.terms import Module, band_in_file


@dataclass(frozen=True, slots=True)
class WeekCount:
    """The results that came in a week of the month."""

    first: date
    last: date
    results: int


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What look-ups found; `differing` are those where something claimed was not so."""

    match: int = 0
    no_match: int = 0
    unavailable: int = 0
    differing: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.match + self.no_match + self.unavailable


@dataclass(frozen=True, slots=True)
class Freshness:
    """How results came: `quiet_days` is the longest time without any, in whole days.

    `last_at` is the last arrival of all, in the reader's time zone. `read_upto` and
    `failing_since` are the official results API's, as it is now, where it is a source.
    """

    arrivals: int
    last_at: datetime | None
    quiet_days: int
    read_upto: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class MonthlyPicture:
    """One month, up to `upto` if it is not over yet.

    `before` counts the results of the month before it. `modules` is None, and `bands` empty,
    where so few came that they would tell of a person (core.small_numbers).
    """

    KIND: ClassVar = "monthly-picture"

    month: Month
    upto: datetime | None
    results: int
    before: int
    weeks: tuple[WeekCount, ...]
    modules: tuple[tuple[Module, int], ...] | None
    bands: tuple[Group, ...]
    corrected: int
    rejected: int
    look_ups: Outcomes
    freshness: Freshness

    def document(self) -> dict[str, Any]:
        """`month`, with dates and moments in ISO and bands as in files."""
        fresh = asdict(self.freshness)
        return {
            "month": {
                "month": str(self.month),
                "upto": _iso(self.upto),
                "results": self.results,
                "results_month_before": self.before,
                "weeks": [
                    {
                        "first": week.first.isoformat(),
                        "last": week.last.isoformat(),
                        "results": week.results,
                    }
                    for week in self.weeks
                ],
                "modules": None
                if self.modules is None
                else {module.written_out: count for module, count in self.modules},
                "bands": [
                    {
                        "lowest": band_in_file(one.lowest),
                        "highest": band_in_file(one.highest),
                        "results": one.count,
                    }
                    for one in self.bands
                ],
                "corrected": self.corrected,
                "rejected": self.rejected,
                "verifications": asdict(self.look_ups),
                "freshness": {
                    name: _iso(value) if isinstance(value, datetime) else value
                    for name, value in fresh.items()
                },
            }
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
