"""manifest: what is pasted at api.slack.com to make the Slack app."""

from __future__ import annotations

from typing import Annotated

import typer

from console.opening import read_settings
from core.refusals import usage


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command()(manifest)


def manifest(
    socket: Annotated[
        bool, typer.Option("--socket", help="For Socket Mode, which needs no public address.")
    ] = False,
    http: Annotated[
        str | None, typer.Option(help="For HTTP, at this https:// address of the service.")
    ] = None,
    prefix: Annotated[
        str | None, typer.Option(help="Before every command, where names are taken already.")
    ] = None,
    org_wide: Annotated[
        bool,
        typer.Option("--org-wide", help="May be installed for all workspaces of an org at once."),
    ] = False,
) -> None:
    """Print the manifest of the Slack app; for Socket Mode if nothing else is said."""
    import yaml

    from bot.manifest import manifest as made

    if socket and http is not None:
        raise usage("socket_or_http", "Choose --socket or --http, not both.")
    if http is not None and not http.startswith("https://"):
        raise usage("not_https", "Slack sends to https:// addresses only, not to {url}.", url=http)
    if prefix is None:
        prefix = read_settings().slack_command_prefix
    document = made(http=http, prefix=prefix, org_wide=org_wide)
    print(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000), end="")
