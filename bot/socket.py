"""The application over Socket Mode, as a part of the service with a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError

from bot.application import SlackApplication
from bot.connection import Connection
from core import heartbeats
from core.database import Database
from core.refusals import Refusal
from core.settings import Settings

log = structlog.get_logger(__name__)

PAUSES = (1, 2, 5, 10, 30)
"""Between tries to connect; Slack, or the way to it, may be away when we start."""

LOOK_SECONDS = 5.0
SILENT_SECONDS = 60.0
"""Slack pings by itself: its own client for Node gives a connection up after 30 without a ping."""

CLOSE_SECONDS = 3.0


class SocketPart:
    """Connects, stays connected, and finishes what it took before it stops.

    While Slack is heard, this process is among those that say they live (core.heartbeats).
    """

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        assert settings.slack_app_token is not None  # noqa: S101  whoever builds it has looked
        self.name = f"{os.getpid()}-{uuid4().hex}"
        self._token = settings.slack_app_token.get_secret_value()
        self._settings, self._database, self._clock = settings, database, clock
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="slack", daemon=True)
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._grace = 0.0

    def start(self) -> None:
        """Connect in the background."""
        self._thread.start()
        self._ready.wait()

    def stop(self, grace: float) -> None:
        """Take nothing more, finish what was taken."""
        self._grace = grace
        if self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(grace + 5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()
        self._leave()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        application = SlackApplication(self._settings, self._database, self._clock)
        self._ready.set()
        watching = asyncio.ensure_future(self._watch(application))
        await self._stopping.wait()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await self._rest()

    async def _watch(self, application: SlackApplication) -> None:
        """Open one connection after another, each for as long as Slack is heard on it."""
        connection = Connection(application.bolt, self._token)
        connecting = asyncio.ensure_future(_open(connection))
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                silent = connection.silent_seconds
                if silent < SILENT_SECONDS:
                    await self._beat(application, connection)
                    continue
                log.warning("slack-silent", seconds=int(silent))
                connecting.cancel()
                old, connection = connection, Connection(application.bolt, self._token)
                connecting = asyncio.ensure_future(_open(connection))
                application.jobs.follow(_abandoned(old))
        finally:
            connecting.cancel()
            await application.close(self._grace)
            await connection.close()

    async def _beat(self, application: SlackApplication, connection: Connection) -> None:
        if not connection.is_open:
            return
        try:
            await application.desk.run(self._beaten)
        except Refusal as outage:
            log.warning("no-heartbeat", reason=outage.code)

    def _beaten(self) -> None:
        with self._database.transaction() as session:
            heartbeats.beat(session, self.name, heartbeats.SLACK)

    def _leave(self) -> None:
        """A row that stays is taken away by whoever rescues the work of those that died."""
        try:
            with self._database.transaction() as session:
                heartbeats.leave(session, self.name)
        except DBAPIError as outage:
            log.warning("not-signed-off", reason=type(outage.orig).__name__)

    async def _rest(self) -> None:
        """What the client left behind must not outlive the loop."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _open(connection: Connection) -> None:
    """Until it is done once; afterwards the client itself connects anew."""
    for tries in range(10**9):
        try:
            await connection.open()
        except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("slack-not-connected", reason=type(error).__name__)
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
        else:
            return


async def _abandoned(connection: Connection) -> None:
    """Closing may take its time, and cannot be told of to anybody."""
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        await asyncio.wait_for(connection.close(), CLOSE_SECONDS)
