"""The stand-in's server: HTTP for the Web API, WebSockets for Socket Mode, in a thread of its own.

`faults` make it misbehave: each is used up by the next calls of its method.
"""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import b64decode
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from playground.slack.people import People
from playground.slack.socket_mode import Sockets
from playground.slack.web_api import METHODS, SlackError
from playground.slack.workspace import Call, Grant, Workspace

Value = TypeVar("Value")

SCOPES = (
    "commands,chat:write,files:write,files:read,im:write,im:history,users:read,users:read.email,"
    "channels:read,groups:read"
)


@dataclass
class Fault:
    """How the next `times` calls of a method go wrong.

    `lost` does what was asked and breaks the connection before the answer; `status` answers
    with it instead of doing anything, and `error` with `ok: false`.
    """

    method: str
    times: int = 1
    status: int = 0
    error: str = ""
    retry_after: int | None = None
    lost: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class SlackStandIn(People):
    """Started by `start()`; `api_url` is what the application is given as Slack's address."""

    def __init__(self, signing_secret: str = "a-signing-secret") -> None:  # noqa: S107
        super().__init__(Workspace(), signing_secret)
        self.faults: list[Fault] = []
        self.sockets = Sockets(self.workspace)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """The base address of the Web API."""
        return f"{self.url}/api/"

    def add_bot_token(self, token: str = "xoxb-exeter", scopes: str = SCOPES) -> str:  # noqa: S107
        """A token of the workspace's bot."""
        self.workspace.grants[token] = Grant(self.workspace.team_id, set(scopes.split(",")))
        return token

    def start(self, port: int = 0) -> None:
        """Listen."""
        self._thread.start()
        self.port = self.wait(self._listen(port))

    def stop(self) -> None:
        """Close every connection."""
        self.wait(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait(self, work: Coroutine[Any, Any, Value], timeout: float = 30) -> Value:
        """Do it in the stand-in's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    async def _listen(self, port: int) -> int:
        routes = web.Application(client_max_size=64 << 20)
        routes.router.add_post("/api/{method}", self._call)
        routes.router.add_get("/api/{method}", self._call)
        routes.router.add_post("/upload/{file}", self._upload)
        routes.router.add_get("/files/{file}", self._file)
        routes.router.add_post("/hooks/{hook}", self._hook)
        routes.router.add_get("/socket/{ticket}", self.sockets.serve)
        self._runner = web.AppRunner(routes, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        found: int = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # noqa: SLF001
        self.base_url = f"http://127.0.0.1:{found}"
        return found

    async def _close(self) -> None:
        await self.client_close()
        await self.sockets.close()
        await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name, arguments = request.match_info["method"], await _arguments(request)
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            client, _, password = b64decode(secret).decode().partition(":")
            arguments |= {"client_id": client, "client_secret": password}
        token = secret if kind == "Bearer" else arguments.pop("token", "")
        fault = self._fault(name)
        if fault is not None and not fault.lost:
            self._note(name, token, arguments, {"ok": False, "error": fault.error or "fault"})
            return _misbehaved(fault)
        try:
            answer = {"ok": True} | self._done(name, token, arguments)
        except SlackError as error:
            answer = {"ok": False, "error": error.error} | error.more
            if error.retry_after is not None:
                self._note(name, token, arguments, answer)
                retry = {"Retry-After": str(error.retry_after)}
                return web.json_response(answer, status=429, headers=retry)
        self._note(name, token, arguments, answer)
        if fault is not None and request.transport is not None:
            request.transport.abort()
        return web.json_response(answer)

    def _done(self, name: str, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if name == "apps.connections.open":
            return self.sockets.ticket(token, self.base_url)
        if name not in METHODS:
            raise SlackError("unknown_method")
        scope, handler = METHODS[name]
        if name != "oauth.v2.access":
            self._require(token, scope)
        answer = handler(self.workspace, arguments)
        if "upload_url" in answer:
            answer["upload_url"] = self.base_url + answer["upload_url"]
        return answer

    def _require(self, token: str, scope: str | None) -> None:
        if not token:
            raise SlackError("not_authed")
        grant = self.workspace.grants.get(token)
        if grant is None:
            raise SlackError("invalid_auth")
        if scope is not None and scope not in grant.scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(grant.scopes))

    def _fault(self, name: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == name and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _note(self, name: str, token: str, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        self.workspace.calls.append(Call(name, token, asked, answer))

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        file = self.workspace.files.get(request.match_info["file"])
        fault = self._fault("upload")
        if fault is not None:
            return _misbehaved(fault)
        data = await request.read()
        if file is None or len(data) != file.length:
            return web.Response(status=400, text="bad length")
        file.data = data
        return web.Response(text=f"OK - {len(data)}")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        grant = self.workspace.grants.get(token)
        file = self.workspace.files.get(request.match_info["file"])
        if grant is None or "files:read" not in grant.scopes or file is None or file.data is None:
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        return web.Response(body=file.data)

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault("response_url")
        if fault is not None:
            return _misbehaved(fault)
        try:
            answered = self.answered_by_url(request.match_info["hook"], await request.json())
        except SlackError as error:
            return web.Response(status=404, text=error.error)
        return web.json_response(answered)


async def _arguments(request: web.Request) -> dict[str, Any]:
    """JSON, or a form whose structured members are JSON texts, as Slack takes both."""
    if request.content_type == "application/json":
        document: dict[str, Any] = await request.json()
        return document
    form = {**request.query, **await request.post()}
    return {name: _value(str(text)) for name, text in form.items()}


def _value(text: str) -> Any:
    if text[:1] in {"[", "{"}:
        return json.loads(text)
    return text


def _misbehaved(fault: Fault) -> web.StreamResponse:
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if fault.status:
        return web.json_response(
            {"ok": False, "error": fault.error or "fault"}, status=fault.status, headers=headers
        )
    return web.json_response({"ok": False, "error": fault.error}, headers=headers)
