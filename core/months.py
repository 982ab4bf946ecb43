"""Calendar months, as somebody in a time zone lives them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from core.due_times import moment_of

_WRITTEN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])\Z")
MIDNIGHT = "00:00"
DAY, WEEK = timedelta(days=1), timedelta(days=7)

Week = tuple[date, date]
"""Its first and its last day."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year, written 2026-10."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """From 2026-10; raise ValueError for anything else."""
        found = _WRITTEN.match(text)
        if found is None:
            raise ValueError(text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def at(cls, moment: datetime, zone: str) -> Self:
        """The one that it is in the zone at that moment."""
        local = moment.astimezone(ZoneInfo(zone))
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after.first - DAY

    @property
    def before(self) -> Month:
        """The one before it."""
        return Month(self.year - (self.number == 1), self.number - 1 or 12)

    @property
    def after(self) -> Month:
        """The next one."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def weeks(self) -> tuple[Week, ...]:
        """From Monday to Sunday; the first and the last have only their days of this month."""
        mondays = [self.first]
        while (monday := mondays[-1] + WEEK - timedelta(days=mondays[-1].weekday())) <= self.last:
            mondays.append(monday)
        ends = [monday - DAY for monday in mondays[1:]]
        return tuple(zip(mondays, [*ends, self.last], strict=True))

    def begins(self, zone: str) -> datetime:
        """Its first moment in the zone, in UTC."""
        return midnight(self.first, zone)


def midnight(day: date, zone: str) -> datetime:
    """The first moment of a day in the zone, in UTC."""
    return moment_of(day, MIDNIGHT, zone)
