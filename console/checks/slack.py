"""Slack: tokens and secrets by their looks, and with `--live` by what Slack says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pydantic import SecretStr
from sqlmodel import select

from bot.manifest import SCOPES
from console.checks.finding import Finding, failure, off, ok, warning
from console.opening import Desk
from core import heartbeats
from core.settings import Settings
from core.tables import SlackInstallation, SlackLink

SECONDS = 15.0
SKEW_SECONDS = 60
"""Slack's requests are refused once they are five minutes old."""

REINSTALL = "Change the app's manifest to what `results-bot manifest` prints, and install it again."
DEAD_TOKEN = "Copy the Bot User OAuth Token anew from the app's page (OAuth & Permissions)."  # noqa: S105


def settings(found: Settings) -> Iterator[Finding]:
    """By the settings alone."""
    if found.slack_bot_token is None and found.slack_client_id is None:
        yield off("slack", "Not served: no token and no OAuth client is set.")
        return
    way = "Socket Mode" if found.slack_app_token is not None else "HTTP"
    yield ok("slack", f"Served by {way}.")
    yield from _looks("RESULTS_SLACK_BOT_TOKEN", found.slack_bot_token, "xoxb-")
    yield from _looks("RESULTS_SLACK_APP_TOKEN", found.slack_app_token, "xapp-")
    if way == "HTTP" and found.public_url is None:
        yield warning(
            "slack",
            "Slack has to reach us at a public https:// address, and RESULTS_PUBLIC_URL is none.",
            "Set it, and give it to `results-bot manifest --http URL`.",
        )


def links(desk: Desk) -> Iterator[Finding]:
    """Which workspaces are served, and whether anybody is linked."""
    if desk.settings.slack_bot_token is None and desk.settings.slack_client_id is None:
        return
    with desk.database.reading() as session:
        rows = session.exec(select(SlackInstallation).order_by(SlackInstallation.team_id)).all()
        linked = session.exec(select(SlackLink.user_id).limit(1)).first()
    for row in rows:
        if row.revoked_at is not None:
            yield warning(
                "slack",
                f"{row.team_name or row.team_id} has taken the app out.",
                "If that was a mistake, install it again.",
            )
    if linked is None:
        yield off("slack", "Nobody is linked yet: users type /ielts link in Slack.")


def connection(desk: Desk) -> Iterator[Finding]:
    """By Socket Mode, whether Slack was heard a moment ago."""
    if desk.settings.slack_app_token is None:
        return
    with desk.database.reading() as session:
        n = heartbeats.alive(session, heartbeats.SLACK)
    if n:
        yield ok("slack socket", f"{n} connected, and Slack is heard.")
    else:
        yield warning(
            "slack socket",
            "No process hears Slack.",
            "See that `results-bot serve bot` runs; its log says slack-silent or "
            "slack-not-connected where Slack cannot be reached.",
        )


def live(found: Settings) -> Iterator[Finding]:
    """Ask Slack: who the bot is, what it may do, and whether it takes our blocks."""
    if found.slack_bot_token is not None:
        with _client(found, found.slack_bot_token) as client:
            yield from _asked(_bot, client)
            yield from _asked(_blocks, client)
    if found.slack_app_token is not None:
        with _client(found, found.slack_app_token) as client:
            yield from _asked(_socket, client)


def _asked(check: Any, client: httpx.Client) -> Iterator[Finding]:
    try:
        yield from check(client)
    except (httpx.HTTPError, json.JSONDecodeError) as error:
        yield failure(
            "slack",
            f"Slack could not be asked ({error}).",
            "This machine must reach slack.com by https; see its proxy and firewall.",
        )


def _bot(client: httpx.Client) -> Iterator[Finding]:
    response = client.post("auth.test")
    answer = response.json()
    if not answer.get("ok"):
        yield failure("slack", f"The bot token is refused: {answer.get('error')}.", DEAD_TOKEN)
        return
    yield ok("slack", f"The bot is {answer.get('user')} in {answer.get('team')}.")
    yield from _scopes(response.headers.get("x-oauth-scopes"))
    yield from _clock(response.headers.get("date"))


def _scopes(header: str | None) -> Iterator[Finding]:
    if header is None:
        yield off("slack scopes", "Slack did not say which the token has.")
        return
    has = {one.strip() for one in header.split(",") if one.strip()}
    lacking, spare = sorted(set(SCOPES) - has), sorted(has - set(SCOPES))
    if lacking:
        yield failure("slack scopes", f"The token lacks {', '.join(lacking)}.", REINSTALL)
    elif spare:
        yield warning(
            "slack scopes", f"The token has more than is needed: {', '.join(spare)}.", REINSTALL
        )
    else:
        yield ok("slack scopes", "Those of the manifest, and no others.")


def _clock(header: str | None) -> Iterator[Finding]:
    if header is None:
        return
    off_by = abs((datetime.now(UTC) - parsedate_to_datetime(header)).total_seconds())
    if off_by > SKEW_SECONDS:
        yield failure(
            "clock",
            f"This machine and Slack differ by {off_by:.0f} s, so Slack's signatures look forged.",
            "Set this machine's clock (NTP).",
        )


def _blocks(client: httpx.Client) -> Iterator[Finding]:
    answer = client.post("blocks.validate", data={"blocks": json.dumps(_sample())}).json()
    if answer.get("ok"):
        yield ok("slack blocks", "Slack takes our blocks.")
    elif answer.get("errors"):
        said = "; ".join(f"{one.get('pointer')} {one.get('message')}" for one in answer["errors"])
        yield failure(
            "slack blocks",
            f"Slack refuses blocks of ours: {said}.",
            "People are answered in plain sections; report it with this line.",
        )
    else:
        yield off("slack blocks", f"Slack could not check them: {answer.get('error')}.")


def _sample() -> list[dict[str, Any]]:
    """The page of help, which has every kind of block that holds no data."""
    from bot.blocks.kit import Reader
    from bot.blocks.render import blocks, load_renderings
    from core.commands.grammar import usage_of
    from core.commands.help import HelpEntry, HelpPage
    from core.commands.registry import every_command

    load_renderings()
    entries = (
        HelpEntry(one.name, usage_of(one), one.summary, one.examples)
        for one in every_command().values()
    )
    return list(blocks(HelpPage(tuple(entries)), Reader()))


def _socket(client: httpx.Client) -> Iterator[Finding]:
    answer = client.post("apps.connections.open").json()
    if answer.get("ok"):
        yield ok("slack socket", "Socket Mode is open to the app's token.")
    else:
        yield failure(
            "slack socket",
            f"The app's token is refused: {answer.get('error')}.",
            "Make one with the scope connections:write (Basic Information, App-Level Tokens), and "
            "see that Socket Mode is on.",
        )


def _client(found: Settings, token: SecretStr) -> httpx.Client:
    return httpx.Client(
        base_url=found.slack_api_url,
        headers={"Authorization": f"Bearer {token.get_secret_value()}"},
        timeout=SECONDS,
    )


def _looks(variable: str, token: SecretStr | None, prefix: str) -> Iterator[Finding]:
    if token is not None and not token.get_secret_value().startswith(prefix):
        yield failure(
            "slack",
            f"{variable} does not begin with {prefix}.",
            "Tokens are easily confused: xoxb- is the bot's, xapp- the app's.",
        )
