"""ingest and run: what an admissions office does every day."""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.opening import Desk, open_desk
from console.output import print_answer, say_to_operator
from console.progress import Bar, progress
from core.refusals import Refusal, missing, unavailable, usage
from core.terms import DateFormat, Surface

if TYPE_CHECKING:
    from core.commands.registry import Attachment
    from core.commands.run import Reply
    from core.delivery import DownloadReady


LARGE = 5000
"""Records of a download that is worth a bar."""


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.command()(ingest)
    app.command(context_settings={"ignore_unknown_options": False})(run)


def ingest(
    file: Annotated[Path, typer.Argument(help="CSV, XML or JSON; its content decides.")],
    org: Annotated[str, typer.Option(help="The organisation that it was sent to.")],
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the whole file for one bad row.")
    ] = False,
    date_format: Annotated[
        DateFormat | None, typer.Option(help="Needed where the file's dates are ambiguous.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where bad rows go; FILE.rejects.… if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Load a results file."""
    from console.text import ingest as _  # noqa: F401
    from core import retakes
    from core.intake.load import ingest as load
    from core.intake.rejects import Rejects
    from core.organisations import organisation_named

    if not file.is_file():
        raise missing("no_such_file", "There is no file {file}.", file=str(file))
    with open_desk() as desk:
        with (
            file.open("rb") as stream,
            progress(file.name) as bar,
            Rejects(rejects or file.with_name(f"{file.stem}.rejects{file.suffix}")) as bad_rows,
            desk.database.transaction() as session,
        ):
            organisation = organisation_named(session, org)
            assert organisation.id is not None  # noqa: S101  it came from the database
            answer = load(
                session,
                organisation.id,
                stream,
                source=file.name,
                now=desk.now,
                rejects=bad_rows,
                date_format=date_format,
                strict=strict,
                progress=partial(_bytes_read, bar, file.stat().st_size) if bar else None,
            )
        retakes.note_all(desk.database)
    print_answer(answer, as_json=as_json)


def _bytes_read(bar: Bar, total: int, done: int) -> None:
    bar(done, total)


def run(
    line: Annotated[
        str,
        typer.Argument(
            help="A command, such as 'verify 17GB000595ZOLJS03G'; - reads it from standard input."
        ),
    ],
    as_email: Annotated[str, typer.Option("--as", help="The user's login address.")],
    out: Annotated[Path, typer.Option(help="The folder for a download.")] = Path(),
    attach: Annotated[
        list[Path] | None, typer.Option(help="A file that goes with the command.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run one command of the shared grammar as a user."""
    from core.actors import actor_for
    from core.commands.run import run_for

    if not out.is_dir():
        raise usage("no_such_folder", "There is no folder {folder}.", folder=str(out))
    with open_desk() as desk, progress("verify") as bar, _speaking_to(desk, as_email):
        reply = run_for(
            desk.database,
            lambda session: actor_for(session, as_email, Surface.CONSOLE),
            sys.stdin.readline() if line == "-" else line,
            now=desk.now,
            settings=desk.settings,
            attachments=tuple(_attachment(path) for path in attach or ()),
            progress=bar,
        )
        more = _write_file(desk, reply, out, bar)
    import_module(f"console.text.{reply.topic}")
    print_answer(reply.answer, as_json=as_json, language=reply.actor.language, more=more)
    if more and not as_json:
        say_to_operator(f"Written to {more['path']}.")


@contextmanager
def _speaking_to(desk: Desk, email: str) -> Iterator[None]:
    """A refusal is told in the user's language; whoever is none reads English (UK)."""
    from core.actors import actor_for

    try:
        yield
    except Refusal as refusal:
        with suppress(Refusal), desk.database.reading() as session:
            refusal.language = actor_for(session, email, Surface.CONSOLE).language
        raise


def _attachment(path: Path) -> Attachment:
    from core.commands.registry import Attachment

    if not path.is_file():
        raise missing("no_such_file", "There is no file {file}.", file=str(path))
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Attachment(path.name, media_type, path.read_bytes())


def _write_file(desk: Desk, reply: Reply, folder: Path, bar: Bar | None) -> dict[str, Any]:
    """Write a download where it was asked for, whole or not at all; nothing for other answers."""
    if reply.topic != "downloads":
        return {}
    from core.delivery import DownloadReady
    from core.exports.write import write

    if not isinstance(reply.answer, DownloadReady):
        return {}

    path = folder / reply.answer.filename
    part = path.with_name(f"{path.name}.part")
    try:
        with desk.database.reading() as session, part.open("wb") as stream:
            write(session, reply.answer.contents, stream, progress=_written(bar, reply.answer))
        part.replace(path)
    except OSError as error:
        raise unavailable(
            "file_not_written",
            "The file could not be written ({reason}). The download is kept: `redownload {id}` "
            "gives the same records again.",
            reason=error.strerror or str(error),
            id=reply.answer.contents.download_id,
        ) from error
    return {"path": str(path)}


def _written(bar: Bar | None, ready: DownloadReady) -> Callable[[int], None] | None:
    """Nobody waits for a small file."""
    if bar is None or ready.records < LARGE:
        return None
    return lambda done: bar(done, ready.records, ready.filename)
