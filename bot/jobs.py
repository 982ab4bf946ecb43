"""Work for a request that may outlast its acknowledgement, finished by its lazy listener."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from itertools import count
from typing import Any, TypeVar

from slack_bolt.kwargs_injection.async_args import AsyncArgs

Value = TypeVar("Value")

QUICK_SECONDS = 0.2
"""Slack waits three seconds; people take this for at once, and a stalled database costs no more."""

PATIENCE_SECONDS = 2.0
"""After this somebody who waits is told so."""


class Jobs:
    """Work under way by id: Bolt gives the lazy listener a copy of the context, texts only."""

    def __init__(self) -> None:
        self._open: dict[str, asyncio.Task[Any]] = {}
        self._ids = count()
        self._following: set[asyncio.Future[None]] = set()
        self.ending = False
        """Whether whatever takes long had better come to an end."""

    def start(self, work: Coroutine[Any, Any, Value]) -> str:
        """Begin; the id finds it again."""
        job = str(next(self._ids))
        self._open[job] = asyncio.ensure_future(work)
        return job

    async def soon(self, job: str, seconds: float = QUICK_SECONDS) -> bool:
        """Whether it is done within the time; `asyncio.wait` is for many, and slower for one."""
        task = self._open[job]
        woken: asyncio.Future[None] = task.get_loop().create_future()
        late = task.get_loop().call_later(seconds, _wake, woken)
        task.add_done_callback(partial(_wake, woken))
        try:
            await woken
        finally:
            late.cancel()
        return task.done()

    async def result(self, job: str) -> Any:
        """What came of it, which is then forgotten."""
        try:
            return await self._open[job]
        finally:
            del self._open[job]

    def follow(self, work: Awaitable[None]) -> None:
        """Let it go on after the request; it reports its failures itself."""
        task = asyncio.ensure_future(work)
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    def tracked(self, listener: Callable[[AsyncArgs], Awaitable[None]]) -> Any:
        """A listener that goes on after its acknowledgement, and is waited for at the end."""

        async def run(args: AsyncArgs) -> None:
            task = asyncio.ensure_future(listener(args))
            self._following.add(task)
            task.add_done_callback(self._following.discard)
            await task

        return run

    async def drain(self, grace: float) -> None:
        """Wait for what was begun and for those who tell of it."""
        self.ending = True
        end = time.monotonic() + grace
        while (self._open or self._following) and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def _wake(sleeper: asyncio.Future[None], *_: object) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
