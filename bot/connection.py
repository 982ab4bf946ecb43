"""One connection of Socket Mode, and for how long Slack has been silent on it."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

SAID = frozenset({WSMsgType.TEXT, WSMsgType.PING})
"""What Slack says by itself. A pong only echoes us: a proxy, or half of Slack, may send one."""


class HeardSocket(ClientWebSocketResponse):
    """Remembers when Slack last said anything."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.heard_at = time.monotonic()

    async def receive(self, *arguments: Any, **more: Any) -> Any:
        """The next message."""
        message = await super().receive(*arguments, **more)
        if message.type in SAID:
            self.heard_at = time.monotonic()
        return message


class Connection:
    """Opened once; the SDK follows Slack's refreshes, whoever watches throws it away if it fails.

    The SDK by itself would keep a connection for ever on which its pings are echoed and nothing
    else comes, and tries an address that has expired again without end.
    """

    def __init__(self, bolt: AsyncApp, token: str) -> None:
        self._handler = AsyncSocketModeHandler(bolt, token)
        self._born = time.monotonic()

    @property
    def silent_seconds(self) -> float:
        """Since Slack said anything, or since this began."""
        socket = self._handler.client.current_session
        heard = socket.heard_at if isinstance(socket, HeardSocket) else self._born
        return time.monotonic() - heard

    @property
    def is_open(self) -> bool:
        """Whether there is a socket, which may be silent."""
        socket = self._handler.client.current_session
        return socket is not None and not socket.closed

    async def open(self) -> None:
        """Connect; tried again without end by the SDK once there is an address."""
        client = self._handler.client
        await client.aiohttp_client_session.close()
        client.aiohttp_client_session = ClientSession(ws_response_class=HeardSocket)
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Give it back; the other side need not answer."""
        client = self._handler.client
        try:
            await self._handler.close_async()  # type: ignore[no-untyped-call]
        finally:
            await client.aiohttp_client_session.close()
