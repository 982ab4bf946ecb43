"""Socket Mode: tickets, connections, envelopes that want an answer, and refreshes."""

from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from playground.slack.web_api import SlackError
from playground.slack.workspace import Workspace

MOST_CONNECTIONS = 10


class Sockets:
    """The application's connections. Each envelope goes to one of them.

    `refusals` is how many tickets more are turned away when they are used.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.ping_seconds = 10.0
        self.refusals = 0
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._numbers = count(1)
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.open: list[web.WebSocketResponse] = []
        self._mute: set[web.WebSocketResponse] = set()

    def ticket(self, token: str, base_url: str) -> dict[str, Any]:
        """What `apps.connections.open` answers."""
        if token not in self._workspace.app_tokens:
            raise SlackError("invalid_auth")
        if len(self.open) >= MOST_CONNECTIONS:
            raise SlackError("too_many_websockets")
        ticket = f"ticket{next(self._numbers)}"
        self._tickets.add(ticket)
        return {"url": f"{base_url.replace('http', 'ws', 1)}/socket/{ticket}"}

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from `hello` to its end; a ticket is good for one."""
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            raise web.HTTPForbidden
        self._tickets.discard(ticket)
        if self.refusals:
            self.refusals -= 1
            raise web.HTTPForbidden
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(socket)
        pinging = asyncio.ensure_future(self._ping(socket))
        hello = {"type": "hello", "num_connections": len(self.open), "connection_info": {}}
        await socket.send_json(hello)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(json.loads(message.data))
        finally:
            pinging.cancel()
            self.open.remove(socket)
        return socket

    async def _ping(self, socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            if socket not in self._mute:
                await socket.ping()
            await asyncio.sleep(self.ping_seconds)

    def _hear(self, answer: dict[str, Any]) -> None:
        waiting = self._answers.pop(answer.get("envelope_id", ""), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload") or {})

    async def send(
        self, kind: str, payload: dict[str, Any], *, within: float, attempt: int = 0
    ) -> dict[str, Any] | None:
        """Send an envelope to one connection; its answer, or None if none came in time."""
        if not self.open:
            return None
        envelope_id = f"envelope{next(self._numbers)}"
        envelope: dict[str, Any] = {
            "type": kind,
            "envelope_id": envelope_id,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[envelope_id] = answer
        if self.open[-1] not in self._mute:
            await self.open[-1].send_json(envelope)
        try:
            return await asyncio.wait_for(answer, within)
        except TimeoutError:
            self._answers.pop(envelope_id, None)
            return None

    async def refresh(self) -> None:
        """Tell the connections to reconnect, as Slack does every few hours, then close them."""
        before = list(self.open)
        for socket in before:
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
        await asyncio.sleep(0.5)
        for socket in before:
            await socket.close()

    async def mute(self) -> None:
        """The connections stay open and answer pings, but nothing else comes on them any more."""
        self._mute.update(self.open)

    async def freeze(self) -> None:
        """They stay open, and that is all: nothing is read, nothing is sent."""
        await self.mute()
        for socket in self.open:
            request = socket._req  # noqa: SLF001  aiohttp has no other way to its transport
            if request is not None and request.transport is not None:
                request.transport.pause_reading()

    async def drop(self) -> None:
        """Break the connections without a word."""
        for socket in list(self.open):
            await socket.close(code=1011)

    async def close(self) -> None:
        """Close all."""
        for socket in list(self.open):
            await socket.close()
