"""What a check found: one line, with what to do where something is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_NAMED = 3


class Standing(StrEnum):
    """How it stands with one thing; only a failure makes `doctor` fail."""

    OK = "ok"
    OFF = "off"
    WARNING = "warning"
    FAILURE = "FAILURE"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is what to do, '' where there is nothing to do."""

    check: str
    standing: Standing
    said: str
    remedy: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "check": self.check,
            "standing": self.standing.value.lower(),
            "message": self.said,
            "remedy": self.remedy,
        }

    def line(self) -> str:
        """On one line, whatever a server's own words looked like."""
        words = f"{self.standing.value:<9}{self.check:<15}{self.said} {self.remedy}"
        return words[:24] + " ".join(words[24:].split())


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def ok(check: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(check, Standing.OK, said)


def off(check: str, said: str) -> Finding:
    """It is not used here, which is nobody's fault."""
    return Finding(check, Standing.OFF, said)


def warning(check: str, said: str, remedy: str) -> Finding:
    """It works, and yet somebody ought to look."""
    return Finding(check, Standing.WARNING, said, remedy)


def failure(check: str, said: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(check, Standing.FAILURE, said, remedy)
