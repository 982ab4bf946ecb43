"""`results-bot`: the command line. Each subcommand imports what it needs when it is called."""

from __future__ import annotations

import json
import sys
from typing import Any

import typer
from sqlalchemy.exc import OperationalError

from console import (
    backup,
    commands,
    doctor,
    keys,
    maintenance,
    manifest,
    people,
    polling,
    queue,
    serve,
    setting_up,
    webhooks,
)
from core.phrases import in_language
from core.refusals import Kind, Refusal, unavailable

EXIT_CODES = {
    Kind.USAGE: 2,
    Kind.FORBIDDEN: 3,
    Kind.MISSING: 4,
    Kind.CONFLICT: 5,
    Kind.LIMIT: 6,
    Kind.UNAVAILABLE: 7,
}

app = typer.Typer(
    name="results-bot",
    help="A results desk for organisations that accept IELTS.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it would print local variables, so people's data
)
commands.register(app)
setting_up.register(app)
maintenance.register(app)
manifest.register(app)
keys.register(app)
webhooks.register(app)
polling.register(app)
queue.register(app)
serve.register(app)
doctor.register(app)
people.register(app)
backup.register(app)


def main() -> None:
    """Run the command line and exit by CONTRACT.md's codes."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        app()
    except Refusal as refusal:
        sys.exit(_refuse(refusal))
    except OperationalError as outage:
        sys.exit(_refuse(_no_database(outage)))


def _no_database(outage: OperationalError) -> Refusal:
    return unavailable(
        "database_unreachable",
        "The database could not be used ({reason}). Check RESULTS_DATABASE_URL and that it "
        "is running, then try again; nothing was changed.",
        reason=str(outage.orig).partition("\n")[0],
    )


def _refuse(refusal: Refusal) -> int:
    if "--json" in sys.argv:
        print(json.dumps(_document(refusal), ensure_ascii=False))
    print(in_language(refusal.message, refusal.language), file=sys.stderr)
    return EXIT_CODES[refusal.kind]


def _document(refusal: Refusal) -> dict[str, Any]:
    return {"refusal": {"kind": refusal.kind, "code": refusal.code, "message": refusal.message}}


if __name__ == "__main__":
    main()
