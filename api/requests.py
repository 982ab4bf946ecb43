"""Around every request: its id, its line in the log, its place in the metrics."""

from __future__ import annotations

import re
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics

log = structlog.get_logger("api.requests")

HEADER = "X-Request-Id"
_is_id = re.compile(r"[A-Za-z0-9._-]{8,64}").fullmatch


class RequestLog:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, and note how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = _id_of(scope)
        status, began = 500, perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, state)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._note(scope, status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route_of(scope)
        self._metrics.observe(scope["method"], route, status, seconds)
        log.info(
            "request",
            request=scope["state"]["request_id"],
            method=scope["method"],
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            key=scope["state"].get("key_id"),
        )


def _id_of(scope: Scope) -> str:
    """The visitor's own, if it is one that a log can hold."""
    given = Headers(scope=scope).get(HEADER, "")
    return given if _is_id(given) else uuid4().hex


def _route_of(scope: Scope) -> str:
    """The route's pattern: the path itself may hold a number that is somebody's."""
    route = scope.get("route")
    path: str | None = getattr(route, "path_format", None) or getattr(route, "path", None)
    return path or "none"


def _add_headers(message: Message, state: dict[str, object]) -> None:
    headers = MutableHeaders(scope=message)
    headers[HEADER] = str(state["request_id"])
    if "left" in state:
        headers["X-RateLimit-Remaining"] = str(state["left"])
