"""The application served by uvicorn, in a thread of its own."""

from __future__ import annotations

import logging
import socket
import threading
import time

import uvicorn
from starlette.types import ASGIApp

from core.refusals import unavailable

START_SECONDS = 10.0
QUEUED = 2048


class ApiPart:
    """Listens from `start` on; `stop` lets what is under way end."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._address = host, port
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=30,
            )
        )
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int:
        """Where it listens; found by the system if 0 was asked for."""
        assert self._socket is not None  # noqa: S101  started
        found: int = self._socket.getsockname()[1]
        return found

    def start(self) -> None:
        """Listen; raise Refusal if the address is taken."""
        _say_a_bug_once()
        self._socket = self._bound()
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < until:
            time.sleep(0.01)

    def stop(self, grace: float) -> None:
        """Take no new request, and give those under way so many seconds."""
        self._server.config.timeout_graceful_shutdown = max(1, int(grace))
        self._server.should_exit = True
        self._thread.join(grace + 2)
        if self._socket is not None:
            self._socket.close()

    def _serve(self) -> None:
        assert self._socket is not None  # noqa: S101  bound before
        self._server.run(sockets=[self._socket])

    def _bound(self) -> socket.socket:
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            listening.close()
            raise unavailable(
                "address_taken",
                "{host}:{port} cannot be listened on ({reason}). Set RESULTS_HTTP_PORT to "
                "another port, or end what uses this one.",
                host=host,
                port=port,
                reason=error.strerror or str(error),
            ) from None
        listening.listen(QUEUED)
        return listening


def _say_a_bug_once() -> None:
    """api.problems has logged it already, with its reference."""
    logging.getLogger("uvicorn.error").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Exception in ASGI application")
