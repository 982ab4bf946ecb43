"""init, org and admin: what an operator does once."""

from __future__ import annotations

from typing import Annotated

import typer

from console.opening import open_desk, read_settings
from console.output import print_answer, say_to_operator
from core.terms import Service


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.command()(init)
    organisations = typer.Typer(help="Recognising organisations.", no_args_is_help=True)
    organisations.command("add")(org_add)
    organisations.command("list")(org_list)
    app.add_typer(organisations, name="org")
    administrators = typer.Typer(help="The primary administrator.", no_args_is_help=True)
    administrators.command("add")(admin_add)
    app.add_typer(administrators, name="admin")


def init() -> None:
    """Create the database, or bring it up to date; safe to repeat."""
    from core.database import migrate

    settings = read_settings()
    migrate(settings.database_url)
    say_to_operator("The database is ready.")


def org_add(
    name: Annotated[str, typer.Argument(help="What you call it; `--org` takes this name.")],
    account_name: Annotated[str, typer.Option(help="Its IELTS Results Service account name.")],
    address: Annotated[str, typer.Option(help="Its postal address; separate lines by '|'.")],
    service: Annotated[Service, typer.Option(help="What it is registered for.")] = (
        Service.E_DELIVERY
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Add a recognising organisation."""
    from console.text import organisations  # noqa: F401
    from core.organisations import add_organisation

    with open_desk() as desk, desk.database.transaction() as session:
        answer = add_organisation(
            session,
            name=name,
            account_name=account_name,
            address=address.replace("|", "\n"),
            service=service,
            now=desk.now,
        )
        print_answer(answer, as_json=as_json)


def org_list(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the recognising organisations."""
    from console.text import organisations  # noqa: F401
    from core.organisations import list_organisations

    with open_desk() as desk, desk.database.reading() as session:
        print_answer(list_organisations(session), as_json=as_json)


def admin_add(
    org: Annotated[str, typer.Argument(help="The organisation's name.")],
    first: Annotated[str, typer.Option(help="First name.")],
    family: Annotated[str, typer.Option(help="Family name.")],
    email: Annotated[str, typer.Option(help="Login address.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take over from the primary administrator.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Add the primary administrator of an organisation."""
    from console.text import users  # noqa: F401
    from core.organisations import organisation_named
    from core.users import add_primary_administrator

    with open_desk() as desk, desk.database.transaction() as session:
        answer = add_primary_administrator(
            session,
            organisation_named(session, org),
            first=first,
            family=family,
            email=email,
            replace=replace,
            now=desk.now,
        )
        print_answer(answer, as_json=as_json)
