"""doctor: everything that can be set up wrongly, looked at and told on one line each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated

import typer
from sqlalchemy.exc import ArgumentError, DBAPIError

from console.checks.finding import Finding, Standing, failure
from console.opening import Desk, read_settings
from console.output import say_to_operator
from core.database import Database
from core.refusals import Refusal
from core.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command()(doctor)


def doctor(
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Also ask Slack, mail servers, DNS and the results API; sends one mail."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check the set-up, a line for each thing; exit 1 if anything does not work."""
    found: list[Finding] = []
    for one in examine(live=live):
        found.append(one)
        if not as_json:
            print(one.line(), flush=True)
    failed = sum(one.standing is Standing.FAILURE for one in found)
    warned = sum(one.standing is Standing.WARNING for one in found)
    if as_json:
        document = {"failed": failed, "checks": [one.document() for one in found]}
        print(json.dumps(document, ensure_ascii=False))
    say_to_operator(f"{failed} failed, {warned} to look at.")
    if failed:
        raise typer.Exit(1)


def examine(*, live: bool) -> Iterator[Finding]:
    """All findings, as they are made."""
    from console.checks import configuration

    try:
        settings = read_settings()
    except Refusal as no:
        yield failure("settings", no.message, "")
        return
    yield from configuration.settings(settings)
    try:
        database = Database(settings.database_url)
    except (ArgumentError, ModuleNotFoundError) as error:
        remedy = "RESULTS_DATABASE_URL is sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
        yield failure("database", f"{error}.", remedy)
        return
    try:
        yield from _examined(Desk(settings, database), live=live)
    finally:
        database.close()


def _examined(desk: Desk, *, live: bool) -> Iterator[Finding]:
    from console.checks import storage

    database = storage.database(desk)
    yield database
    yield from _by_settings(desk)
    usable = database.standing is Standing.OK
    if usable:
        yield from _by_database(desk)
    if live:
        yield from _live(desk.settings)
    if live and usable:
        yield from _live_by_database(desk)


def _by_settings(desk: Desk) -> Iterator[Finding]:
    from console.checks import feeds, mail, slack

    yield from mail.outward(desk.settings)
    yield from mail.inward(desk.settings)
    yield from slack.settings(desk.settings)
    yield from feeds.official(desk.settings, desk.now.date())


def _by_database(desk: Desk) -> Iterator[Finding]:
    from console.checks import feeds, mail, slack, storage, work

    for check in (
        storage.folder,
        storage.clock,
        storage.people,
        mail.feeders,
        slack.links,
        slack.connection,
        feeds.freshness,
        feeds.polls,
        work.workers,
        work.queue,
        work.jobs,
    ):
        yield from _or_why_not(check, desk)


def _or_why_not(check: Callable[[Desk], Iterable[Finding]], desk: Desk) -> Iterator[Finding]:
    """The check's findings; a database that breaks while it is read is one of them."""
    try:
        yield from check(desk)
    except DBAPIError as broken:
        said = f"It could not be read: {str(broken.orig).strip().partition(chr(10))[0]}."
        remedy = "If it is damaged, stop the service, keep it, and restore the last backup."
        yield failure("database", said, remedy)


def _live(settings: Settings) -> Iterator[Finding]:
    from console.checks import domain, mail, service, slack

    yield from service.ready(settings)
    yield from slack.live(settings)
    yield from mail.relay(settings)
    yield from mail.mailbox(settings)
    yield from domain.records(settings)


def _live_by_database(desk: Desk) -> Iterator[Finding]:
    from console.checks import feeds, mail, storage

    for check in (storage.whole, feeds.client, mail.round_trip):
        yield from _or_why_not(check, desk)
