"""key: who may use the REST interface."""

from __future__ import annotations

from typing import Annotated

import typer

from console.opening import open_desk
from console.output import print_answer
from core.keys import Scope


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    keys = typer.Typer(help="API keys.", no_args_is_help=True)
    keys.command("add")(key_add)
    keys.command("list")(key_list)
    keys.command("revoke")(key_revoke)
    app.add_typer(keys, name="key")


def key_add(
    org: Annotated[str, typer.Argument(help="The organisation's name.")],
    name: Annotated[str, typer.Option(help="What uses it, such as Slate.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            help="What it may do; may be given more than once. write includes the others."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make a key; it is shown this once."""
    from console.text import keys  # noqa: F401
    from core.keys import add_key
    from core.organisations import organisation_named

    with open_desk() as desk, desk.database.transaction() as session:
        organisation = organisation_named(session, org)
        scopes = set(scope or [Scope.READ])
        answer = add_key(session, organisation, name=name, scopes=scopes, now=desk.now)
        print_answer(answer, as_json=as_json)


def key_list(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the keys with their last use."""
    from console.text import keys  # noqa: F401
    from core.keys import list_keys

    with open_desk() as desk, desk.database.reading() as session:
        print_answer(list_keys(session), as_json=as_json)


def key_revoke(
    id: Annotated[int, typer.Argument(help="The key's number, as `key list` shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Revoke a key; from now on it opens nothing."""
    from console.text import keys  # noqa: F401
    from core.keys import revoke_key

    with open_desk() as desk, desk.database.transaction() as session:
        print_answer(revoke_key(session, id, now=desk.now), as_json=as_json)
