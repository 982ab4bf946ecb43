"""audit export, purge and sample: what an operator does now and then."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from console.opening import open_desk, read_settings
from console.output import print_answer, say_to_operator
from core import clock
from core.refusals import usage
from core.terms import Format, Surface


class TrailFormat(StrEnum):
    """How the audit trail is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    trail = typer.Typer(help="The audit trail.", no_args_is_help=True)
    trail.command("export")(audit_export)
    app.add_typer(trail, name="audit")
    app.command()(purge)
    app.command()(sample)


def audit_export(
    org: Annotated[str, typer.Argument(help="The organisation's name.")],
    since: Annotated[
        str | None, typer.Option(help="Only events from this day or ISO instant on.")
    ] = None,
    format: Annotated[TrailFormat, typer.Option(help="CSV or JSON lines.")] = TrailFormat.CSV,
    out: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
) -> None:
    """Write an organisation's audit trail."""
    from core import audit
    from core.organisations import organisation_named

    start = instant(since)
    with open_desk() as desk, desk.database.reading() as session:
        organisation = organisation_named(session, org)
        assert organisation.id is not None  # noqa: S101
        if out is None:
            audit.export(session, organisation.id, sys.stdout, since=start, format=format.value)
            return
        with out.open("w", encoding="utf-8", newline="") as stream:
            audit.export(session, organisation.id, stream, since=start, format=format.value)


def instant(text: str | None) -> datetime | None:
    """A day or an ISO instant, UTC unless it says otherwise; raise Refusal for anything else."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise usage(
            "not_an_instant",
            "{text} is not a day or an instant. Write it like 2026-11-25 or 2026-11-25T09:00Z.",
            text=text,
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def purge(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Delete now what is past its time; the scheduler does it daily."""
    from console.text import retention as _  # noqa: F401
    from core import retention

    with open_desk() as desk, desk.database.transaction() as session:
        answer = retention.purge(
            session, now=desk.now, settings=desk.settings, surface=Surface.CONSOLE
        )
        print_answer(answer, as_json=as_json)


def sample(
    records: Annotated[int, typer.Option(min=1, help="How many results.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed makes the same file.")] = 1,
    photos: Annotated[bool, typer.Option("--photos", help="With a small photo each.")] = False,
    format: Annotated[Format, typer.Option(help="CSV, XML or JSON.")] = Format.CSV,
    out: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
) -> None:
    """Write a file of plausible, invented results."""
    from core.sample import write_sample

    today: date = clock.now(read_settings()).date()
    if out is None:
        write_sample(
            sys.stdout.buffer, format=format, records=records, seed=seed, photos=photos, now=today
        )
        return
    with out.open("wb") as stream:
        write_sample(stream, format=format, records=records, seed=seed, photos=photos, now=today)
    say_to_operator(f"{records} invented results are in {out}.")
