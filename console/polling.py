"""poll: read the official results API now, and as far back as wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from console.maintenance import instant
from console.opening import open_desk
from console.output import print_answer


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command()(poll)


def poll(
    since: Annotated[
        str | None,
        typer.Option(help="A day or ISO instant; else since the last poll."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Take in what is new at the official results API."""
    from console.text import polling as _  # noqa: F401
    from core.sources.polling import backfill

    start = instant(since)
    with open_desk() as desk, _progress(start, desk.now) as progress:
        answer = backfill(desk.database, desk.settings, desk.now, since=start, progress=progress)
    print_answer(answer, as_json=as_json)


@contextmanager
def _progress(start: datetime | None, end: datetime) -> Iterator[Callable[[datetime], None] | None]:
    """A bar on a terminal over the time that is read."""
    if start is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(f"{start:%Y-%m-%d}", total=(end - start).total_seconds())
        yield lambda upto: bar.update(
            task, completed=(upto - start).total_seconds(), description=f"{upto:%Y-%m-%d}"
        )
