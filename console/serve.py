"""serve: the parts of the service, put together here and nowhere else."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Protocol

import structlog
import typer
from sqlalchemy.exc import DBAPIError

from console.opening import Desk, read_settings
from console.output import say_to_operator
from core import clock
from core.database import Database
from core.refusals import Kind, Refusal
from core.settings import Settings

log = structlog.get_logger(__name__)

GRACE_SECONDS = 20.0
WAIT_SECONDS = 2.0


class Name(StrEnum):
    """The parts of the service, in the order in which they start."""

    WORKER = "worker"
    SCHEDULER = "scheduler"
    API = "api"


class Part(Protocol):
    """Something that serves in threads of its own."""

    def start(self) -> None:
        """Serve; come back at once."""

    def stop(self, grace: float) -> None:
        """Take nothing new, finish what was taken within the grace, give back the rest."""


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command()(serve)


def serve(
    parts: Annotated[
        list[Name] | None, typer.Argument(help="The parts to run; all of them if none is named.")
    ] = None,
) -> None:
    """Run the service until it is told to stop (SIGTERM, SIGINT)."""
    from console.logs import configure_logs
    from core.database_lock import sole_service

    settings = read_settings()
    configure_logs()
    chosen = [name for name in Name if name in (parts or Name)]
    database = Database(settings.database_url)
    with _stop_signals() as stop:
        if not _wait_for(database, stop):
            return
        with sole_service(database):
            _run(_built(chosen, Desk(settings, database)), stop)
            say_to_operator("Stopped.")


def _built(chosen: Sequence[Name], desk: Desk) -> dict[Name, Part]:
    now = partial(clock.now, desk.settings)
    return {name: _BUILDERS[name](desk.settings, desk.database, now) for name in chosen}


def _run(parts: dict[Name, Part], stop: threading.Event) -> None:
    """Start in order, stop in the opposite one: who gives work stops before who does it."""
    started: list[Part] = []
    try:
        for part in parts.values():
            part.start()
            started.append(part)
        say_to_operator(f"Serving: {', '.join(parts)}.")
        stop.wait()
    finally:
        for part in reversed(started):
            part.stop(GRACE_SECONDS)


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Set by the first signal; the second ends the process at once."""
    stop = threading.Event()

    def hear(*_: object) -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, hear)
    yield stop


def _wait_for(database: Database, stop: threading.Event) -> bool:
    """Whether there is a database of our age; asked until there is, or until told to stop.

    Started in any order: the database, or whoever runs `init`, may come later.
    """
    while not stop.is_set():
        if _is_ready(database):
            return True
        stop.wait(WAIT_SECONDS)
    return False


def _is_ready(database: Database) -> bool:
    try:
        database.require_current()
    except Refusal as refusal:
        if refusal.kind is not Kind.USAGE:
            raise
        log.warning("waiting-for-database", reason=refusal.message)
    except DBAPIError as outage:
        log.warning("waiting-for-database", reason=str(outage.orig).partition("\n")[0])
    else:
        return True
    return False


Now = Callable[[], datetime]


def _worker(settings: Settings, database: Database, now: Now) -> Part:
    from core.terms import Channel
    from core.worker import WorkerPart
    from mail.transport import mail_transport

    transports = {Channel.MAIL: mail_transport(settings, database, now)}
    return WorkerPart(database, transports, now)


def _scheduler(settings: Settings, database: Database, now: Now) -> Part:
    from scheduler.service import SchedulerPart

    return SchedulerPart(database, settings, now)


def _api(settings: Settings, database: Database, now: Now) -> Part:
    from api.app import application
    from api.service import ApiPart

    app = application(settings, database, now, {})
    return ApiPart(app, settings.http_host, settings.http_port)


_BUILDERS: dict[Name, Callable[[Settings, Database, Now], Part]] = {
    Name.WORKER: _worker,
    Name.SCHEDULER: _scheduler,
    Name.API: _api,
}
