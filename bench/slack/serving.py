"""`/verify` over HTTP: a server process, and connections that ask without a pause."""

import asyncio
import json
import multiprocessing
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import uvicorn
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bench.slack.site import Request, now
from bot.app import SlackDoor
from bot.application import SlackApplication
from console.settling import settle
from core.database import Database
from core.settings import Settings

CONNECTIONS = 16
SECONDS = 4.0


def rates(settings: Settings, request: Request, rounds: int) -> dict[str, float]:
    """Requests a second, in turn, each round with a fresh server process."""
    found: dict[str, list[float]] = {"ours": [], "constant": []}
    for _ in range(rounds):
        for name, taken in found.items():
            with _served(name, settings) as port:
                taken.append(asyncio.run(_rate(port, request, expects=name == "ours")))
    return {name: median(taken) for name, taken in found.items()}


@contextmanager
def _served(name: str, settings: Settings) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(name, settings.model_dump_json(), port))
    process.start()
    try:
        yield port
    finally:
        process.terminate()
        process.join()


def _serve(name: str, dumped: str, port: int) -> None:
    secret = {"slack_bot_token": "xoxb-exeter", "slack_signing_secret": "a-signing-secret"}
    settings = Settings.model_validate({**json.loads(dumped), **secret})
    door = _door(name, settings)
    settle()
    uvicorn.run(door, port=port, log_config=None, lifespan="off")


def _door(name: str, settings: Settings) -> SlackDoor:
    application = SlackApplication(settings, Database(settings.database_url), now)
    if name == "constant":
        application.bolt = _constant(settings)
    return SlackDoor(application)


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
