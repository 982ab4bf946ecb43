"""What a load did, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from core.phrases import Phrase


@dataclass(slots=True)
class Ingested:
    """Counts of one arrival.

    `older` are records that came with an older lastModifiedDate than ours and were left alone;
    `held` those whose status is not RELEASED; `warnings` are hints, never refusals. What was only
    looked up is kept and delivered to nobody: then `delivers` is False.
    """

    arrival_id: int
    source: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    rejected: int = 0
    delivered: int = 0
    held: int = 0
    problems: Counter[Phrase] = field(default_factory=Counter)
    warnings: Counter[Phrase] = field(default_factory=Counter)
    first_problems: list[tuple[int, Phrase]] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    rejects: str | None = None
    delivers: bool = True

    def document(self) -> dict[str, Any]:
        """CONTRACT.md's summary, with how often each problem and warning arose."""
        return {
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "older": self.older,
            "rejected": self.rejected,
            "delivered": self.delivered,
            "held": self.held,
            "problems": dict(self.problems),
            "warnings": dict(self.warnings),
            "unknown_columns": self.unknown_columns,
            "rejects": self.rejects,
            "arrival": self.arrival_id,
        }
