"""Direct messages that the event loop writes by itself: answers, and how far something is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.render import Said
from bot.replies import NOT_ITS_BLOCKS, SERVER_ERROR, TOO_MANY, code_of, seconds_of, status_of

log = structlog.get_logger(__name__)

PAUSES = (0.5, 2.0, 6.0)
"""Before an answer is tried again; somebody waits for it, and there twice is better than not."""

UPDATE_SECONDS = 1.0


async def post(client: AsyncWebClient, user_id: str, said: Said) -> Any:
    """Say it to a person; Slack's waits are obeyed, and refused blocks simplified."""
    return await _insisted(client.chat_postMessage, said, channel=user_id)


class Progress:
    """One message that is rewritten, at most once a second, until something is done."""

    def __init__(self, client: AsyncWebClient, user_id: str) -> None:
        self._client, self._user_id = client, user_id
        self._where: dict[str, Any] = {}
        self._not_before = 0.0

    async def begin(self, said: Said) -> None:
        """The message as it is at first."""
        answer = await post(self._client, self._user_id, said)
        self._where = {"channel": answer["channel"], "ts": answer["ts"]}
        self._not_before = time.monotonic() + UPDATE_SECONDS

    async def show(self, said: Said) -> None:
        """How far it is, unless that was told just now; one that fails is made up by the next."""
        if time.monotonic() < self._not_before:
            return
        wait = UPDATE_SECONDS
        try:
            await self._client.chat_update(**self._where, **said.posted())
        except SlackApiError as error:
            wait = seconds_of(error) or wait
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("progress-not-shown", reason=type(error).__name__)
        self._not_before = time.monotonic() + wait

    async def end(self, said: Said) -> None:
        """The message as it stays; another one where it was deleted meanwhile."""
        await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
        try:
            await _insisted(self._client.chat_update, said, **self._where)
        except SlackApiError as error:
            log.warning("progress-gone", reason=code_of(error))
            await post(self._client, self._user_id, said)


async def _insisted(call: Callable[..., Awaitable[Any]], said: Said, **where: Any) -> Any:
    for pause in PAUSES:
        try:
            return await call(**where, **said.posted())
        except SlackApiError as error:
            if code_of(error) == NOT_ITS_BLOCKS:
                said = said.simpler()
            elif status_of(error) == TOO_MANY or status_of(error) >= SERVER_ERROR:
                await asyncio.sleep(seconds_of(error) or pause)
            else:
                raise
        except (aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(pause)
    return await call(**where, **said.posted())
