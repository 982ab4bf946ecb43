"""The port to the durable work engine (ENGINE.md); core/engine_dbos.py is the one behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlmodel import Session

Job = Callable[..., None]
"""Work to be done: takes what JSON can hold, may be run again after a crash, never raises for
something that is expected, since what it raises is not tried again."""


class Queue(StrEnum):
    """Where work waits. Slack's conversations and webhook endpoints take one at a time each."""

    MAIL = "mail"
    SLACK = "slack"
    WEBHOOK = "webhook"
    INBOX = "inbox"

    @property
    def by_lane(self) -> bool:
        """Whether each lane of the queue takes one piece of work at a time."""
        return self in {Queue.SLACK, Queue.WEBHOOK}


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work that is not done yet, or that failed."""

    id: str
    queue: str
    job: str
    state: str
    worker: str | None


class WorkEngine(Protocol):
    """What any engine must do for us."""

    def submit(
        self,
        session: Session,
        queue: Queue,
        job: str,
        *arguments: Any,
        lane: str,
        delay: float = 0,
    ) -> None:
        """Enqueue within the caller's transaction: committed or rolled back with it."""

    def run(self, worker: str, jobs: Mapping[str, Job]) -> None:
        """Take up work in the background as this worker, whose name no other ever has."""

    def stop(self, grace: float) -> bool:
        """Take no more and wait up to `grace` seconds; False if something is still running."""

    def release(self, worker: str) -> int:
        """Give the unfinished work of a worker that is gone to the others; how many pieces."""

    def inspect(self, *, most: int = 100) -> Sequence[Work]:
        """What waits, runs or failed, oldest first."""

    def prune(self, before: datetime) -> int:
        """Forget what was finished before the moment; how many pieces."""


def submit(
    session: Session, queue: Queue, job: str, *arguments: Any, lane: str, delay: float = 0
) -> None:
    """Enqueue work in this session's transaction, with the engine of its database."""
    engine: WorkEngine = session.info["database"].work
    engine.submit(session, queue, job, *arguments, lane=lane, delay=delay)
