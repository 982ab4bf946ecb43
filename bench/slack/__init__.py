"""How soon Slack hears from us, and `/verify` over HTTP beside the same Bolt answering a constant.

Both are served as the service serves them, and once more without the application around. Slack is
the stand-in; who somebody is was asked once and is remembered, as in service.
"""

import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from slack_bolt.async_app import AsyncBoltRequest

from bench.slack.serving import CONNECTIONS, SERVERS, rates
from bench.slack.site import Request, a_slack, now, prepare, settings_for, signed_request
from bench.timing import Row, options, report
from bot.application import SlackApplication
from core.database import Database
from core.settings import Settings

WARM_UP = 200
LEAST = 0.5
MOST_ACK, MOST_STALLED = 0.050, 0.250
STALLED = 50


def main(argv: Sequence[str]) -> None:
    """Print the acknowledgements' 99th percentiles and the ratio of requests a second."""
    given = options(argv, records=10_000)
    with tempfile.TemporaryDirectory() as folder, a_slack() as slack:
        number = prepare(Path(folder), given.records)
        request = signed_request(slack, number)
        settings = settings_for(Path(folder), slack)
        quiet, stalled = asyncio.run(_acknowledgements(settings, request))
        report(
            "Slack: acknowledgements in process, 99th percentile",
            [
                Row("/verify", f"{quiet * 1000:.1f} ms", MOST_ACK / quiet, 1.0),
                Row("database stalled", f"{stalled * 1000:.1f} ms", MOST_STALLED / stalled, 1.0),
            ],
        )
        found = rates(settings, request, given.rounds)
    ours, constant, bare, bare_constant = (found[server] for server in SERVERS)
    report(
        f"Slack: /verify over HTTP, {CONNECTIONS} connections",
        [
            Row("the same Bolt, a constant", f"{constant:,.0f}/s"),
            Row("ours", f"{ours:,.0f}/s", ours / constant, LEAST),
            Row("by its door alone, a constant", f"{bare_constant:,.0f}/s"),
            Row("by its door alone, ours", f"{bare:,.0f}/s", bare / bare_constant),
        ],
    )


async def _acknowledgements(settings: Settings, request: Request) -> tuple[float, float]:
    database = Database(settings.database_url)
    application = SlackApplication(settings, database, now)
    for _ in range(WARM_UP):
        await _acknowledged(application, request)
    quiet = [await _acknowledged(application, request) for _ in range(2000)]
    with _held(database):
        asked = (_acknowledged(application, request) for _ in range(STALLED))
        stalled = await asyncio.gather(*asked)
    await application.close(5)
    database.close()
    return _p99(quiet), _p99(stalled)


async def _acknowledged(application: SlackApplication, request: Request) -> float:
    body, headers = request
    began = time.perf_counter()
    response = await application.bolt.async_dispatch(AsyncBoltRequest(body=body, headers=headers))
    took = time.perf_counter() - began
    assert response.status == 200, response.body
    return took


@contextmanager
def _held(database: Database) -> Iterator[None]:
    """The one writer's place taken by somebody else, as a large load takes it."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.transaction():
            taken.set()
            done.wait()

    holding = threading.Thread(target=hold)
    holding.start()
    taken.wait()
    try:
        yield
    finally:
        done.set()
        holding.join()


def _p99(times: Sequence[float]) -> float:
    return quantiles(times, n=100)[98]
