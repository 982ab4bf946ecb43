"""docs/command-line.md: what operators type, and the exit codes."""

from __future__ import annotations

from html import unescape

import typer
from typer.cli import get_docs_for_click

from console.main import EXIT_CODES, app
from core.refusals import Kind

HEAD = """# Command line

Every subcommand of `results-bot`. What goes into `results-bot run --as EMAIL "LINE"` is on
[a page of its own](commands.md). With `--json` there is exactly one JSON document on standard
output; messages go to standard error.

This page is made from the program by `make docs`.

## Exit codes

| code | means |
| --- | --- |
"""

MEANINGS = {
    Kind.USAGE: "usage: the words could not be understood, or a value breaks a rule",
    Kind.FORBIDDEN: "forbidden: this person, account or place may not do it",
    Kind.MISSING: "not found; a verification without a match is 0, since it is an answer",
    Kind.CONFLICT: "conflict: it exists already, or something depends on it",
    Kind.LIMIT: "limit: too much or too often; the message says when to try again",
    Kind.UNAVAILABLE: "something outside could not be asked; nothing was decided",
}


def command_line_page() -> str:
    """The exit codes, and a section for each subcommand."""
    codes = [(0, "done"), (1, "a bug, or a failed check of `doctor`")]
    codes += [(code, MEANINGS[kind]) for kind, code in EXIT_CODES.items()]
    return HEAD + "".join(f"| {code} | {means} |\n" for code, means in codes) + _subcommands()


def _subcommands() -> str:
    """As Typer writes them, without its heading and its table of contents."""
    program = typer.main.get_command(app)
    whole = get_docs_for_click(obj=program, ctx=typer.Context(program), name="results-bot")
    _, first, rest = unescape(whole).partition("\n## ")
    return first + rest.strip() + "\n"
