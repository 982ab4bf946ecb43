"""Mails stored together: while one commit runs, what arrives meanwhile waits for the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from core import inbox
from core.database import Database, is_away
from core.inbox import Arrived

log = structlog.get_logger(__name__)

MOST_TOGETHER = 200
MOST_BYTES_TOGETHER = 32 * 1024 * 1024


class NotStoredError(Exception):
    """Nothing of it is stored; the log says why."""


@dataclass(slots=True)
class _Waiting:
    mails: Sequence[Arrived]
    stored: asyncio.Future[None]


class Storing:
    """Belongs to one event loop; `store` returns when the mails are durable."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def store(self, mails: Sequence[Arrived]) -> None:
        """Raise NotStoredError if they are not."""
        one = _Waiting(mails, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await one.stored

    async def _run(self) -> None:
        while self._waiting:
            await self._store(self._next_group())

    async def _store(self, group: Sequence[_Waiting]) -> None:
        """One that the database refuses must not keep out the others."""
        try:
            await asyncio.to_thread(self._commit, group)
        except Exception as error:  # noqa: BLE001  logged, and those who wait are told
            if len(group) > 1 and not is_away(error):
                for one in group:
                    await self._store([one])
                return
            _log(error)
            _tell(group, is_stored=False)
        else:
            _tell(group, is_stored=True)

    def _next_group(self) -> list[_Waiting]:
        size, end = 0, 0
        for one in self._waiting[:MOST_TOGETHER]:
            size += sum(len(mail.raw) for mail in one.mails)
            if end and size > MOST_BYTES_TOGETHER:
                break
            end += 1
        group, self._waiting = self._waiting[:end], self._waiting[end:]
        return group

    def _commit(self, group: Sequence[_Waiting]) -> None:
        with self._database.transaction() as session:
            mails = [mail for one in group for mail in one.mails]
            inbox.store(session, mails, now=self._clock())


def _tell(group: Sequence[_Waiting], *, is_stored: bool) -> None:
    for one in group:
        if one.stored.done():
            continue
        if is_stored:
            one.stored.set_result(None)
        else:
            one.stored.set_exception(NotStoredError())


def _log(error: Exception) -> None:
    if isinstance(error, DBAPIError) and is_away(error):
        log.warning("database-away", reason=type(error.orig).__name__)
    else:
        log.error("mail-not-taken", exc_info=error)
