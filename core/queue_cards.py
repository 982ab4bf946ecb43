"""What people are told of the queue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.phrases import Phrase, say


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One thing owed: to whom, what has become of it, and why it is not done."""

    id: int
    kind: str
    channel: str
    recipient: str
    fate: str
    attempts: int
    due_at: datetime
    reason: str

    def document(self) -> dict[str, Any]:
        """The line, its instant in UTC."""
        return {
            "id": self.id,
            "kind": self.kind,
            "channel": self.channel,
            "recipient": self.recipient,
            "state": self.fate,
            "attempts": self.attempts,
            "due_at": self.due_at.astimezone(UTC).isoformat(),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class JobLine:
    """How a job of the timetable last went."""

    job: str
    ran_at: datetime
    seconds: float
    error: str

    def document(self) -> dict[str, Any]:
        """The line, its instant in UTC."""
        return {
            "job": self.job,
            "ran_at": self.ran_at.astimezone(UTC).isoformat(),
            "seconds": round(self.seconds, 3),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class ShuntedMail:
    """One mail: which address of ours it came to, from whom, and why it was put aside."""

    id: int
    desk: str
    sender: str
    received_at: datetime
    size: int
    reason: str

    @property
    def number(self) -> str:
        """As it is typed, to tell it from a message that goes out."""
        return f"M{self.id}"

    def document(self) -> dict[str, Any]:
        """The mail, its instant in UTC."""
        return {
            "id": self.number,
            "to": self.desk,
            "from": self.sender,
            "received_at": self.received_at.astimezone(UTC).isoformat(),
            "bytes": self.size,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Queued:
    """What needs somebody first, then what waits; `waiting` and `stuck` count all of them."""

    waiting: int
    stuck: int
    lines: tuple[QueueLine, ...]
    jobs: tuple[JobLine, ...] = ()
    mails: tuple[ShuntedMail, ...] = ()

    def document(self) -> dict[str, Any]:
        """`waiting`, `stuck`, `queue`, and `mails` that were put aside, and `jobs`."""
        return {
            "waiting": self.waiting,
            "stuck": self.stuck,
            "queue": [one.document() for one in self.lines],
            "mails": [one.document() for one in self.mails],
            "jobs": [one.document() for one in self.jobs],
        }


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """How many were tried again or dropped."""

    changed: int
    message: Phrase

    def document(self) -> dict[str, Any]:
        """`changed` and `message`."""
        return {"changed": self.changed, "message": self.message}


def together(answers: Iterable[QueueChanged]) -> QueueChanged:
    """Several changes as one; there is at least one."""
    first, *others = answers
    for one in others:
        said = say("{one} {other}", one=first.message, other=one.message)
        first = QueueChanged(first.changed + one.changed, said)
    return first
