"""Mails stored together: while one commit runs, what arrives meanwhile waits for the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from core import inbox
from core.database import Database
from core.inbox import Arrived

MOST_TOGETHER = 200
MOST_BYTES_TOGETHER = 32 * 1024 * 1024


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
        """Raise what the database raises; then nothing is stored."""
        one = _Waiting(mails, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await one.stored

    async def _run(self) -> None:
        while self._waiting:
            group = self._next_group()
            try:
                await asyncio.to_thread(self._commit, group)
            except DBAPIError as error:
                await self._one_by_one(group, error)
            else:
                for one in group:
                    _tell(one, None)

    def _next_group(self) -> list[_Waiting]:
        size, end = 0, 0
        for one in self._waiting[:MOST_TOGETHER]:
            size += sum(len(mail.raw) for mail in one.mails)
            if end and size > MOST_BYTES_TOGETHER:
                break
            end += 1
        group, self._waiting = self._waiting[:end], self._waiting[end:]
        return group

    async def _one_by_one(self, group: Sequence[_Waiting], error: DBAPIError) -> None:
        """One that the database refuses must not keep out the others."""
        for one in group:
            if len(group) == 1:
                _tell(one, error)
                continue
            try:
                await asyncio.to_thread(self._commit, [one])
            except DBAPIError as own:
                _tell(one, own)
            else:
                _tell(one, None)

    def _commit(self, group: Sequence[_Waiting]) -> None:
        with self._database.transaction() as session:
            mails = [mail for one in group for mail in one.mails]
            inbox.store(session, mails, now=self._clock())


def _tell(one: _Waiting, error: Exception | None) -> None:
    if one.stored.done():
        return
    if error is None:
        one.stored.set_result(None)
    else:
        one.stored.set_exception(error)
