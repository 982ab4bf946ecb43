"""poll: read the official results API now, and as far back as wanted."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from console.maintenance import instant
from console.opening import open_desk
from console.output import print_answer
from console.progress import Bar, progress


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command()(poll)


def poll(
    since: Annotated[
        str | None,
        typer.Option(help="A day or ISO instant; else since the last poll."),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Take the bad records of all polls away into this file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Take in what is new at the official results API."""
    from console.text import polling as _  # noqa: F401
    from core.sources import rejected
    from core.sources.polling import backfill

    start = instant(since)
    with open_desk() as desk, progress("poll") as bar:
        heard = partial(_read, bar, start, desk.now) if bar and start else None
        answer = backfill(desk.database, desk.settings, desk.now, since=start, progress=heard)
        with desk.database.transaction() as session:
            if rejects is not None and rejected.take_away(session, rejects):
                answer.rejects = str(rejects)
            answer.kept = rejected.count(session)
    print_answer(answer, as_json=as_json)


def _read(bar: Bar, start: datetime, end: datetime, upto: datetime) -> None:
    bar((upto - start).total_seconds(), (end - start).total_seconds(), f"{upto:%Y-%m-%d}")
