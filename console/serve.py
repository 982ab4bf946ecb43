"""serve: the parts of the service, put together here and nowhere else."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Annotated

import typer

from console.opening import read_settings
from console.output import say_to_operator
from console.parts import Name, Part, parts_of, speaks_slack
from core import clock
from core.database import Database
from core.refusals import usage
from core.settings import Settings

GRACE_SECONDS = 20.0
LOOK_SECONDS = 1.0
"""A signal that the system gives to another thread does not wake the main one, which hears it."""


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
    from console.readiness import wait_for
    from core.database_lock import sole_service

    settings = read_settings()
    configure_logs()
    chosen = _chosen(settings, parts)
    database = Database(settings.database_url)
    with _stop_signals() as stop:
        if not wait_for(database, stop):
            return
        with sole_service(database):
            built = parts_of(chosen, settings, database, partial(clock.now, settings))
            _run(built, chosen, stop)
            say_to_operator("Stopped.")


def _chosen(settings: Settings, named: Sequence[Name] | None) -> list[Name]:
    """All that is configured, if none is named."""
    wanted = [name for name in Name if name in (named or Name)]
    if Name.BOT not in wanted or speaks_slack(settings):
        return wanted
    if named:
        raise usage(
            "no_slack",
            "Slack is not configured, so there is no bot to run. Set RESULTS_SLACK_BOT_TOKEN, and "
            "RESULTS_SLACK_APP_TOKEN or RESULTS_SLACK_SIGNING_SECRET; docs/slack.md says how.",
        )
    say_to_operator("Slack is not configured, so the bot is left out.")
    return [name for name in wanted if name is not Name.BOT]


def _run(parts: Sequence[Part], chosen: Sequence[Name], stop: threading.Event) -> None:
    """Start in order, stop in the opposite one: who gives work stops before who does it."""
    from console.settling import settle

    with ExitStack() as started:
        for part in parts:
            part.start()
            started.callback(part.stop, GRACE_SECONDS)
        settle()
        say_to_operator(f"Serving: {', '.join(chosen)}.")
        while not stop.wait(LOOK_SECONDS):
            pass


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
