"""The one HTTP application: REST, health, and whatever else is mounted beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp

from api import (
    downloads,
    health,
    openapi,
    problems,
    results,
    templates,
    unsubscribing,
    verifications,
)
from api.limits import Shared
from api.metrics import Metrics
from api.requests import RequestLog
from api.visits import House
from core.database import Database
from core.settings import Settings
from core.verification import shared_look_ups

ALWAYS = (health, unsubscribing)
PARTS = (results, verifications, downloads, templates, *ALWAYS)
VERSION = "1"
DESCRIPTION = """
The results of one recognising organisation, for its CRM: read every version of every result by a
cursor, verify Test Report Forms, take downloads.

Every address under /v1 wants an API key (`results-bot key add`), as `Authorization: Bearer KEY`.
Every no is `application/problem+json` with a `code`. docs/api.md has recipes.
"""

AtEnd = Callable[[], Awaitable[None]]


def application(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    mounts: Mapping[str, ASGIApp],
    *,
    rest: bool = True,
    at_end: Sequence[AtEnd] = (),
) -> FastAPI:
    """The application, with each of `mounts` under its path and, without `rest`, little else.

    `at_end` are awaited when it stops, after the last request.
    """
    app = FastAPIOffline(title="results-bot", version=VERSION, lifespan=_ending(at_end))
    app.state.house = House(
        settings,
        database,
        clock,
        Shared(settings.api_requests_per_minute, database),
        shared_look_ups(database, settings, clock),
    )
    app.state.metrics = Metrics(database)
    app.add_middleware(RequestLog, metrics=app.state.metrics)
    app.state.routers = [part.router for part in (PARTS if rest else ALWAYS)]
    for router in app.state.routers:
        app.include_router(router)
    for path, mounted in mounts.items():
        app.mount(path, mounted)
    problems.install(app)
    openapi.install(app, DESCRIPTION)
    return app


def _ending(at_end: Sequence[AtEnd]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        for end in at_end:
            await end()

    return lifespan
