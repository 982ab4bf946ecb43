"""`/verify` over HTTP: a server process, and connections that ask without a pause.

Served as the service does it, mounted in the one application; and for comparison the bare door,
without the application's routes, request ids, metrics and logs around it.
"""

import asyncio
import json
import multiprocessing
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import uvicorn
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.types import ASGIApp

from api.app import application
from bench.slack.site import Request, now
from bot.app import SlackDoor
from bot.application import SlackApplication
from console.logs import configure_logs
from console.settling import settle
from core.database import Database
from core.settings import Settings

CONNECTIONS = 16
SECONDS = 4.0


@dataclass(frozen=True)
class Server:
    """What answers: our listeners or a constant, in the whole application or by itself."""

    ours: bool
    whole: bool


SERVERS = tuple(Server(ours, whole) for whole in (True, False) for ours in (True, False))


def rates(settings: Settings, request: Request, rounds: int) -> dict[Server, float]:
    """Requests a second, in turn, each round with a fresh server process."""
    found: dict[Server, list[float]] = {server: [] for server in SERVERS}
    for _ in range(rounds):
        for server, taken in found.items():
            with _served(server, settings) as port:
                taken.append(asyncio.run(_rate(port, request, expects=server.ours)))
    return {server: median(taken) for server, taken in found.items()}


@contextmanager
def _served(server: Server, settings: Settings) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(server, settings.model_dump_json(), port))
    process.start()
    try:
        yield port
    finally:
        process.terminate()
        process.join()


def _serve(server: Server, dumped: str, port: int) -> None:
    secret = {"slack_bot_token": "xoxb-exeter", "slack_signing_secret": "a-signing-secret"}
    settings = Settings.model_validate({**json.loads(dumped), **secret})
    configure_logs()
    database = Database(settings.database_url)
    app: ASGIApp = _door(server, settings, database)
    if server.whole:
        app = application(settings, database, now, {"/slack": app})
    settle()
    uvicorn.run(app, port=port, log_config=None, access_log=False, lifespan="off")


def _door(server: Server, settings: Settings, database: Database) -> SlackDoor:
    slack = SlackApplication(settings, database, now)
    if not server.ours:
        slack.bolt = _constant(settings)
    return SlackDoor(slack)


def _constant(settings: Settings) -> AsyncApp:
    """The same application of Bolt with one listener that answers a constant."""

    async def authorize(team_id: str) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token="xoxb-exeter")

    async def answer(ack: Callable[..., Any]) -> None:
        await ack(response_type="ephemeral", text="Match found.")

    secret = settings.slack_signing_secret
    bolt = AsyncApp(
        signing_secret=secret.get_secret_value() if secret is not None else "",
        authorize=authorize,
        process_before_response=True,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    bolt.command("/verify")(answer)
    return bolt


async def _rate(port: int, request: Request, *, expects: bool) -> float:
    """Requests a second over kept connections; each answer is read and looked at."""
    await _until_open(port)
    counts = [0] * CONNECTIONS
    sent = _as_sent(request)
    end = time.perf_counter() + 1.0
    await asyncio.gather(*(_keep_asking(port, sent, end, counts, n, expects) for n in range(4)))
    counts[:] = [0] * CONNECTIONS
    end = time.perf_counter() + SECONDS
    asking = (_keep_asking(port, sent, end, counts, n, expects) for n in range(CONNECTIONS))
    await asyncio.gather(*asking)
    return sum(counts) / SECONDS


async def _keep_asking(
    port: int, sent: bytes, end: float, counts: list[int], n: int, expects: bool
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < end:
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        assert b" 200 " in head[:20], head
        assert (b"TRF Number" in body) is expects or not expects, body
        counts[n] += b"Match found." in body
    writer.close()


def _as_sent(request: Request) -> bytes:
    body, headers = request
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = [
        "POST /slack/events HTTP/1.1",
        "Host: localhost",
        *lines,
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


async def _until_open(port: int) -> None:
    for _ in range(400):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    sys.exit("The server did not start.")
