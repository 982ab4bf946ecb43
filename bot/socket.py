"""The application over Socket Mode, as a part of the service with a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from bot.application import SlackApplication
from core.database import Database
from core.settings import Settings

log = structlog.get_logger(__name__)

PAUSES = (1, 2, 5, 10, 30)
"""Between tries to connect; Slack, or the way to it, may be away when we start."""


class SocketPart:
    """Connects, stays connected, and finishes what it took before it stops."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        assert settings.slack_app_token is not None  # noqa: S101  whoever builds it has looked
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
        if self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(grace + 5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        application = SlackApplication(self._settings, self._database, self._clock)
        handler = AsyncSocketModeHandler(application.bolt, self._token, loop=self._loop)
        self._ready.set()
        connecting = asyncio.ensure_future(self._connect(handler))
        await self._stopping.wait()
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await application.close(self._grace)
        await handler.close_async()  # type: ignore[no-untyped-call]
        await self._rest()

    async def _connect(self, handler: AsyncSocketModeHandler) -> None:
        """Until it is done once; afterwards the client itself connects anew."""
        for tries in range(10**9):
            try:
                await handler.connect_async()  # type: ignore[no-untyped-call]
            except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
                log.warning("slack-not-connected", reason=type(error).__name__)
                await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
            else:
                return

    async def _rest(self) -> None:
        """What the client left behind must not outlive the loop."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
