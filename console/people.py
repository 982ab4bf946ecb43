"""person: a candidate's own data found, given out and erased (docs/data-protection.md)."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from console.opening import open_desk
from console.output import print_answer, say_to_operator
from core.refusals import usage
from core.trf_numbers import TrfNumber

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    person = typer.Typer(help="A candidate's own data.", no_args_is_help=True)
    person.command("find")(person_find)
    person.command("export")(person_export)
    person.command("erase")(person_erase)
    app.add_typer(person, name="person")


def person_find(
    numbers: Annotated[list[str] | None, typer.Argument(help="Test Report Form numbers.")] = None,
    email: Annotated[str | None, typer.Option(help="The candidate's e-mail address.")] = None,
    name: Annotated[str | None, typer.Option(help="Any of the names; needs --born.")] = None,
    born: Annotated[str | None, typer.Option(help="Date of birth, yyyy-mm-dd.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find whose data is held here, and who had it."""
    from console.text import people as _  # noqa: F401
    from core.people import find

    with open_desk() as desk, desk.database.reading() as session:
        found = find(session, _read(numbers or []), email=email, name=name, born=_day(born))
        print_answer(found, as_json=as_json)


def person_export(
    numbers: Annotated[list[str], typer.Argument(help="Numbers that `person find` shows.")],
    out: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
) -> None:
    """Write everything that is held of these numbers as one JSON document."""
    from core.people import export

    with open_desk() as desk, desk.database.transaction() as session:
        document = export(session, _read(numbers), now=desk.now).document()
        text = json.dumps(document, ensure_ascii=False, indent=2)
        if out is None:
            print(text)
            return
        out.touch(mode=0o600)
        out.write_text(f"{text}\n", encoding="utf-8")
    say_to_operator(f"Written to {out}.")


def person_erase(
    numbers: Annotated[list[str], typer.Argument(help="Numbers that `person find` shows.")],
    reference: Annotated[str, typer.Option(help="Your own, of the request: for the trail.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase these numbers' data; there is no way back but a backup."""
    from console.text import people as _  # noqa: F401
    from core.erasure import erase

    wanted = _read(numbers)
    if not yes:
        _confirm(wanted)
    with open_desk() as desk, desk.database.transaction() as session:
        answer = erase(session, wanted, reference=reference, now=desk.now)
    print_answer(answer, as_json=as_json)


def _confirm(numbers: list[TrfNumber]) -> None:
    if not sys.stdin.isatty():
        raise usage(
            "say_yes", "Add --yes to erase what is held of {numbers}.", numbers=", ".join(numbers)
        )
    typer.confirm(f"Erase what is held of {', '.join(numbers)}?", abort=True, err=True)


def _read(numbers: list[str]) -> list[TrfNumber]:
    return [TrfNumber.read(one) for one in numbers]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise usage(
            "not_a_birth", "{text} is not a day. Write it like 1982-05-02.", text=text
        ) from None
