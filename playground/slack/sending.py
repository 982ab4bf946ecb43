"""Requests to the application: signed, over HTTP or Socket Mode, within Slack's three seconds."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from playground.slack.socket_mode import Sockets

Value = TypeVar("Value")

ACK_SECONDS = 3.0


@dataclass(frozen=True)
class Exchange:
    """A request to the application and its answer; `status` is 0 where none came in time."""

    status: int
    body: str
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The body as JSON, {} where there is none."""
        found: dict[str, Any] = json.loads(self.body) if self.body.startswith("{") else {}
        return found

    @property
    def acknowledged(self) -> bool:
        """Whether Slack would take it as done."""
        return self.status == 200  # noqa: PLR2004


class Sending:
    """The wire to the application. `app_url` is its address; with None it is on a socket."""

    sockets: Sockets
    app_url: str | None = None

    def __init__(self, workspace: Workspace, signing_secret: str) -> None:
        self.workspace, self.signing_secret = workspace, signing_secret
        self.base_url = ""
        self._client: aiohttp.ClientSession | None = None

    def wait(self, work: Coroutine[Any, Any, Value], timeout: float = 30) -> Value:
        """Do it in the stand-in's loop."""
        raise NotImplementedError

    async def client_close(self) -> None:
        """Give connections back."""
        if self._client is not None:
            await self._client.close()

    def send_raw(self, body: str, headers: dict[str, str]) -> Exchange:
        """Anything at all, to the application's address."""
        return self.wait(self._post(body, headers))

    def signed(self, body: str, *, at: float | None = None) -> dict[str, str]:
        """Slack's signature of a body."""
        stamp = str(int(at if at is not None else time.time()))
        digest = hmac.new(
            self.signing_secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256
        )
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
        }

    async def _deliver(
        self,
        kind: str,
        payload: dict[str, Any],
        body: str,
        headers: dict[str, str] | None = None,
        attempt: int = 0,
    ) -> Exchange:
        if self.app_url is not None:
            return await self._post(body, self.signed(body) | (headers or {}))
        began = time.perf_counter()
        answer = await self.sockets.send(kind, payload, within=ACK_SECONDS, attempt=attempt)
        took = time.perf_counter() - began
        if answer is None:
            return Exchange(0, "", took)
        return Exchange(200, json.dumps(answer) if answer else "", took)

    async def _post(self, body: str, headers: dict[str, str]) -> Exchange:
        if self._client is None:
            self._client = aiohttp.ClientSession()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        try:
            async with asyncio.timeout(ACK_SECONDS):
                async with self._client.post(
                    f"{self.app_url}/slack/events", data=body.encode(), headers=form | headers
                ) as response:
                    text = await response.text()
        except (TimeoutError, aiohttp.ClientError):
            return Exchange(0, "", time.perf_counter() - began)
        found = {name.lower(): value for name, value in response.headers.items()}
        return Exchange(response.status, text, time.perf_counter() - began, found)
