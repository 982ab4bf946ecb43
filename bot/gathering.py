"""Short pieces of work that arrive while others are under way, done together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from bot.desk import MOST_WAITING, Desk, busy
from core.database import is_away
from core.together import MOST_TOGETHER

Work = TypeVar("Work")
Value = TypeVar("Value")

TURNS = 50
"""Of the loop, without anybody new: a request takes a few from its arrival to here."""


class Gathering(Generic[Work, Value]):
    """One way through a thread and one commit for all that wait, instead of one for each.

    One group at a time: what comes meanwhile makes the next one large, and the larger it is the
    less each of its look-ups costs.
    """

    def __init__(
        self, desk: Desk, do: Callable[[Sequence[Work]], Sequence[Value | Exception]]
    ) -> None:
        self._desk, self._do = desk, do
        self._waiting: list[tuple[Work, asyncio.Future[Value]]] = []
        self._group: asyncio.Task[None] | None = None
        self._expected = 1

    async def run(self, work: Work) -> Value:
        """What came of it; raise what it raised, or Refusal where too many wait."""
        if len(self._waiting) >= MOST_WAITING:
            raise busy()
        future: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._group is None or self._group.done():
            self._group = asyncio.ensure_future(self._do_waiting())
        return await future

    async def _do_waiting(self) -> None:
        while self._waiting:
            await self._settled()
            group = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            outcomes = await self._outcomes(group)
            self._expected = min(len(group) + len(self._waiting), MOST_TOGETHER)
            for (_, future), outcome in zip(group, outcomes, strict=True):
                if future.cancelled():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(busy() if is_away(outcome) else outcome)
                else:
                    future.set_result(outcome)

    async def _settled(self) -> None:
        """Wait for as many as last time, who are on their way if they come at all.

        The loop takes nothing from a thread while it is idle.
        """
        quiet, seen = 0, len(self._waiting)
        while quiet < TURNS and seen < self._expected:
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == seen else 0
            seen = len(self._waiting)

    async def _outcomes(
        self, group: Sequence[tuple[Work, asyncio.Future[Value]]]
    ) -> Sequence[Value | Exception]:
        try:
            return await self._desk.run(partial(self._do, [work for work, _ in group]))
        except Exception as error:  # noqa: BLE001  handed to whoever asked
            return [error] * len(group)
