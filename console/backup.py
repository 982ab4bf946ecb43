"""backup: a whole copy of an SQLite database while the service runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from console.opening import read_settings
from console.output import say_to_operator
from core.refusals import conflict, missing, unavailable, usage

PAGES = 1000
"""Copied at a time: writers wait for no longer than that takes."""


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command()(backup)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; it must not exist yet.")],
) -> None:
    """Copy an SQLite database, and check the copy, while the service runs."""
    url = make_url(read_settings().database_url)
    if url.get_backend_name() != "sqlite":
        raise usage(
            "use_pg_dump",
            "PostgreSQL has a better way: `pg_dump --format=custom --file={file} NAME`.",
            file=str(file),
        )
    source = str(url.database)
    if not Path(source).is_file():
        raise missing("no_such_file", "There is no file {file}.", file=source)
    if file.exists():
        raise conflict("file_exists", "{file} exists already. Name another.", file=str(file))
    part = file.with_name(f"{file.name}.part")
    try:
        part.touch(mode=0o600)
        _copy(source, part)
        part.replace(file)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise unavailable(
            "not_copied", "The copy could not be made: {reason}.", reason=str(error)
        ) from error
    say_to_operator(f"{file} is a whole copy.")


def _copy(source: str, part: Path) -> None:
    with closing(sqlite3.connect(source)) as ours, closing(sqlite3.connect(part)) as copy:
        ours.backup(copy, pages=PAGES)
        ((said,),) = copy.execute("PRAGMA quick_check(1)")
    if said != "ok":
        raise sqlite3.DatabaseError(said)
