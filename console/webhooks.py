"""webhook: what is pushed to a CRM."""

from __future__ import annotations

from typing import Annotated

import typer

from console.maintenance import instant
from console.opening import open_desk
from console.output import print_answer


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    hooks = typer.Typer(help="Webhooks: results pushed to a CRM.", no_args_is_help=True)
    hooks.command("add")(webhook_add)
    hooks.command("list")(webhook_list)
    hooks.command("remove")(webhook_remove)
    hooks.command("replay")(webhook_replay)
    app.add_typer(hooks, name="webhook")


def webhook_add(
    org: Annotated[str, typer.Argument(help="The organisation's name.")],
    url: Annotated[str, typer.Argument(help="An https address.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Push to an address from now on; its signing secret is shown this once."""
    from console.text import webhooks  # noqa: F401
    from core.endpoints import add_endpoint
    from core.organisations import organisation_named

    with open_desk() as desk, desk.database.transaction() as session:
        organisation = organisation_named(session, org)
        answer = add_endpoint(session, organisation, url, settings=desk.settings, now=desk.now)
        print_answer(answer, as_json=as_json)


def webhook_list(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the webhooks and how they do."""
    from console.text import webhooks  # noqa: F401
    from core.endpoints import list_endpoints

    with open_desk() as desk, desk.database.reading() as session:
        print_answer(list_endpoints(session), as_json=as_json)


def webhook_remove(
    id: Annotated[int, typer.Argument(help="Its number, as `webhook list` shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Push no more to an address."""
    from console.text import webhooks  # noqa: F401
    from core.endpoints import remove_endpoint

    with open_desk() as desk, desk.database.transaction() as session:
        print_answer(remove_endpoint(session, id, now=desk.now), as_json=as_json)


def webhook_replay(
    id: Annotated[int, typer.Argument(help="Its number, as `webhook list` shows it.")],
    since: Annotated[
        str | None, typer.Option(help="A day or ISO instant; else since it began to fail.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Send events again, with their ids; a paused webhook goes on."""
    from console.text import webhooks  # noqa: F401
    from core.replays import Replayed, replay

    start = instant(since)
    with open_desk() as desk, desk.database.transaction() as session:
        events = replay(session, id, since=start, now=desk.now)
        print_answer(Replayed(id, events), as_json=as_json)
