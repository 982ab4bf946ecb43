"""What every listener works with: settings, the clock, and the database behind bounded threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from core.database import Database, is_away
from core.refusals import Refusal, unavailable
from core.settings import Settings

Value = TypeVar("Value")

THREADS = 4
MOST_WAITING = 300
"""Pieces of work that wait for a thread; more are refused at once rather than kept for minutes."""


class Desk:
    """The event loop never waits on the database: all work on it goes through `run`."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self.settings, self.database, self.clock = settings, database, clock
        self._threads = ThreadPoolExecutor(THREADS, "slack")
        self._waiting = 0

    async def run(self, work: Callable[[], Value]) -> Value:
        """Do it in a thread; raise Refusal where the database is away or too many wait for it."""
        if self._waiting >= MOST_WAITING:
            raise busy()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except DBAPIError as error:
            if is_away(error):
                raise busy() from error
            raise
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end; what they do is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def busy() -> Refusal:
    """What is said while the database cannot be used."""
    return unavailable(
        "busy", "Busy just now: nothing was done, and nothing is lost. Try again in a minute."
    )
