"""A user's SETTINGS page as answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.phrases import Phrase
from core.terms import Frequency, Language, StartPage, Weekday


@dataclass(frozen=True, slots=True)
class NotificationCard:
    """How a user is told of new results; `next_due_at` in the user's own time zone.

    `pending` is an address that waits for its code; `template` None the organisation's default.
    """

    on: bool
    frequency: Frequency
    email: str
    pending: str | None
    slack: bool
    mail: bool
    time: str
    day: Weekday
    time_zone: str
    template: str | None
    marks_downloaded: bool
    next_due_at: datetime | None
    notes: tuple[Phrase, ...] = ()

    def document(self) -> dict[str, Any]:
        """`notifications`, with `next_due_at` in ISO or null, and `notes`."""
        return {
            "notifications": {
                "on": self.on,
                "frequency": self.frequency.value,
                "email": self.email,
                "pending_email": self.pending,
                "slack": self.slack,
                "mail": self.mail,
                "time": self.time,
                "day": self.day.value,
                "timezone": self.time_zone,
                "template": self.template,
                "marks_downloaded": self.marks_downloaded,
                "next_due_at": self.next_due_at and self.next_due_at.isoformat(),
            },
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class SettingsCard:
    """Start page and language."""

    start: StartPage
    language: Language

    def document(self) -> dict[str, Any]:
        """`settings`."""
        return {"settings": {"start": self.start.value, "language": self.language.value}}
