"""The application over HTTP, as an ASGI application to be mounted at `/slack`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncBoltRequest

from bot.application import SlackApplication
from bot.install import Installing
from core.database import Database
from core.settings import Settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_BODY = 1 << 19


class SlackDoor:
    """`/events`, and where many workspaces are served `/install` and `/oauth_redirect`."""

    def __init__(self, application: SlackApplication) -> None:
        self.application = application
        self._installing = Installing(application.answers.workspaces, application.desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        path = scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/")
        path = path.rpartition("/")[2]
        if scope["method"] == "POST" and path == "events":
            await self._events(scope, receive, send)
        elif scope["method"] == "GET" and path in {"install", "oauth_redirect"}:
            await self._installing.serve(path, scope, send)
        else:
            await answered(send, 404, b"Not found.")

    async def close(self, grace: float) -> None:
        """Finish what people wait for."""
        await self.application.close(grace)

    async def _events(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            await answered(send, 413, b"Too large.")
            return
        headers: dict[str, str | Sequence[str]] = {
            name.decode(): [value.decode("latin-1")] for name, value in scope["headers"]
        }
        request = AsyncBoltRequest(
            body=body.decode("utf-8", "replace"), query=None, headers=headers
        )
        response = await self.application.bolt.async_dispatch(request)
        kind = (response.headers.get("content-type") or ["text/plain"])[0]
        await answered(send, response.status, (response.body or "").encode(), kind)


def slack_app(settings: Settings, database: Database, clock: Callable[[], datetime]) -> SlackDoor:
    """The ASGI application for `/slack`."""
    return SlackDoor(SlackApplication(settings, database, clock))


async def answered(
    send: Send,
    status: int,
    body: bytes,
    kind: str = "text/plain; charset=utf-8",
    *headers: tuple[bytes, bytes],
) -> None:
    """A whole response."""
    given = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*given, *headers]})
    await send({"type": "http.response.body", "body": body})


async def _body(receive: Receive) -> bytes | None:
    """The whole body, None where it is larger than Slack's ever are."""
    pieces, size = [], 0
    while True:
        message = await receive()
        piece = message.get("body", b"")
        size += len(piece)
        if size > LARGEST_BODY:
            return None
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)
