"""What a way out of the house is, and the four ways in which a send goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from core.terms import Language


class NotSent(Exception):  # noqa: N818  an outcome, as the others here
    """Surely not sent, and may be tried again, after `retry_after` seconds if that is said."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class LaneDown(NotSent):
    """Nothing can be sent by this lane now: what waits for it waits together."""


class Refused(Exception):  # noqa: N818
    """Surely not sent, and never will be: the other side said why."""


class InDoubt(Exception):  # noqa: N818
    """The connection broke after the message and before the answer."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets it and how they want it; the address is the only one that answers may go to."""

    user_id: int
    organisation_id: int
    organisation: str
    name: str
    first_name: str
    address: str
    language: Language
    time_zone: str


@dataclass(frozen=True, slots=True)
class Message:
    """One notice on its way.

    `key` is the same at every attempt, so the receiver can tell a repetition. `notice` is of
    core.notices, or whatever else the door that composed it understands. `recipient` is None
    for a channel or an endpoint, which `lane` names.
    """

    key: str
    kind: str
    lane: str
    organisation_id: int | None
    recipient: Recipient | None
    notice: Any


class Transport(Protocol):
    """One channel's way out. Called from several threads at once."""

    spacing: float
    """Seconds for which a lane is held after a send, for receivers that count."""

    def send(self, message: Message) -> str:
        """Send it; give the receiver's own id for it, '' if there is none.

        Raise NotSent, LaneDown, Refused or InDoubt; anything else raised is taken for a bug in
        this message, which is not sent again by itself.
        """

    def close(self) -> None:
        """Give connections back."""


class Later:
    """A way out that is built, and its libraries imported, when the first message wants it.

    For one whose settings cannot be wrong: what can be is said when the service starts.
    """

    spacing = 0.0

    def __init__(self, build: Callable[[], Transport]) -> None:
        self._build = build
        self._built: Transport | None = None
        self._lock = threading.Lock()

    def send(self, message: Message) -> str:
        """See Transport."""
        return self._transport().send(message)

    def close(self) -> None:
        """See Transport."""
        with self._lock:
            if self._built is not None:
                self._built.close()

    def _transport(self) -> Transport:
        with self._lock:
            if self._built is None:
                self._built = self._build()
            return self._built
