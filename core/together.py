"""Short pieces of work of the same kind, done for several people in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from sqlmodel import Session

from core.database import Database, is_away
from core.refusals import Kind, Refusal

Work = TypeVar("Work")
Value = TypeVar("Value")

MOST_TOGETHER = 50
MOMENT = 0.001


def kept(database: Database, work: Callable[[Session], Value]) -> Value:
    """Do it in a transaction of its own; what a refused limit wrote is kept.

    The audit trail must show who tried too much.
    """
    with database.transaction() as session:
        try:
            return work(session)
        except Refusal as refusal:
            if refusal.kind is not Kind.LIMIT:
                raise
            refused = refusal
    raise refused


def together(
    database: Database,
    works: Sequence[Work],
    do: Callable[[Session, Sequence[Work]], Sequence[Value]],
) -> Sequence[Value | Exception]:
    """What came of each, in order.

    Where one is refused or fails nothing of it is kept, and each is done by itself: nobody's work
    depends on another's. Raise what says that the database is away.
    """
    if len(works) > 1:
        try:
            with database.transaction() as session:
                return do(session, works)
        except Exception as error:
            if is_away(error):  # whoever is next would only wait for the database again
                raise
    return [_alone(database, one, do) for one in works]


def _alone(
    database: Database, one: Work, do: Callable[[Session, Sequence[Work]], Sequence[Value]]
) -> Value | Exception:
    try:
        return kept(database, lambda session: do(session, [one])[0])
    except Exception as error:
        if is_away(error):
            raise
        return error


@dataclass(slots=True, eq=False)
class _Place(Generic[Work, Value]):
    """Somebody who waits, until it is done or until they are to do it for the others too."""

    work: Work
    called: threading.Event = field(default_factory=threading.Event)
    outcome: Value | BaseException | None = None
    is_done: bool = False


class Together(Generic[Work, Value]):
    """Work that several threads have at the same time, done by one of them for all.

    What comes while a group is under way makes the next one, and its first does it, once there
    are as many as last time or a moment has passed. A thread that waits here takes nobody's turn;
    eight that write by themselves take each other's at every statement (bench/verify).
    """

    def __init__(self, do: Callable[[Sequence[Work]], Sequence[Value | Exception]]) -> None:
        self._do = do
        self._guard = threading.Lock()
        self._waiting: list[_Place[Work, Value]] = []
        self._is_led = False
        self._expected = 1
        self._are_there = threading.Event()

    def run(self, work: Work) -> Value:
        """What came of it; raise what it raised."""
        place: _Place[Work, Value] = _Place(work)
        with self._guard:
            self._waiting.append(place)
            if len(self._waiting) >= self._expected:
                self._are_there.set()
            leads = not self._is_led
            self._is_led = True
        if not leads:
            place.called.wait()
        if not place.is_done:
            self._lead()
        if isinstance(place.outcome, BaseException):
            raise place.outcome
        return cast("Value", place.outcome)

    def _lead(self) -> None:
        self._are_there.wait(MOMENT)
        with self._guard:
            group = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            self._expected = len(group)
            if len(self._waiting) < self._expected:
                self._are_there.clear()
        outcomes: Sequence[Value | BaseException] = [RuntimeError("interrupted")] * len(group)
        try:
            outcomes = self._do([one.work for one in group])
        except Exception as error:  # noqa: BLE001  handed to whoever asked
            outcomes = [error] * len(group)
        finally:
            self._hand_over(group, outcomes)

    def _hand_over(
        self,
        group: Sequence[_Place[Work, Value]],
        outcomes: Sequence[Value | BaseException],
    ) -> None:
        with self._guard:
            following = self._waiting[0] if self._waiting else None
            self._is_led = following is not None
        for place, outcome in zip(group, outcomes, strict=True):
            place.outcome, place.is_done = outcome, True
        for called in (following, *group):
            if called is not None:
                called.called.set()
