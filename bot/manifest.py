"""The Slack app's manifest, made from the commands, events and scopes that there are."""

from __future__ import annotations

from typing import Any

from bot.names import FAMILY, NUMBERS_SHORTCUT, OWN_NAMES, VERIFY_SHORTCUT
from core.commands.grammar import usage_of
from core.commands.registry import every_command
from core.phrases import say

SCOPES = (
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)
"""Each is needed: docs/slack.md says for what, and a test holds them to what is called."""

EVENTS = ("app_home_opened", "app_uninstalled", "message.im", "tokens_revoked")

NAME = "IELTS results"
LONGEST_HINT = 1000
LONGEST_DESCRIPTION = 100


def manifest(
    *, http: str | None = None, prefix: str = "", org_wide: bool = False
) -> dict[str, Any]:
    """For Socket Mode, or for HTTP at the address given; `org_wide` is for Enterprise Grid."""
    url = f"{http.rstrip('/')}/slack/events" if http is not None else None
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": NAME,
            "description": "Verify IELTS Test Report Forms and download new results",
            "background_color": "#2b2b2b",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": _shortcuts(),
            "slash_commands": [_command(name, url, prefix) for name in (FAMILY, *OWN_NAMES)],
        },
        "oauth_config": _oauth(http),
        "settings": _settings(url, org_wide=org_wide),
    }


def _shortcuts() -> list[dict[str, str]]:
    """Slack takes names of up to 24 characters: the form's own name has 25."""
    return [
        {
            "name": "Verify Test Report Form",
            "type": "global",
            "callback_id": VERIFY_SHORTCUT,
            "description": "Look a form up by its number",
        },
        {
            "name": "Verify the numbers",
            "type": "message",
            "callback_id": NUMBERS_SHORTCUT,
            "description": "Look up the numbers in this message",
        },
    ]


def _command(name: str, url: str | None, prefix: str) -> dict[str, Any]:
    if name == FAMILY:
        description, hint = str(say("Everything the results desk can do")), "help"
    else:
        found = every_command()[name]
        description = str(found.summary)
        hint = usage_of(found).removeprefix(name).strip()
    made: dict[str, Any] = {
        "command": f"/{prefix}{name}",
        "description": description[:LONGEST_DESCRIPTION],
        "should_escape": True,
    }
    if hint:
        made["usage_hint"] = hint[:LONGEST_HINT]
    return made | ({"url": url} if url is not None else {})


def _oauth(http: str | None) -> dict[str, Any]:
    scopes: dict[str, Any] = {"scopes": {"bot": list(SCOPES)}}
    if http is None:
        return scopes
    return {"redirect_urls": [f"{http.rstrip('/')}/slack/oauth_redirect"]} | scopes


def _settings(url: str | None, *, org_wide: bool) -> dict[str, Any]:
    at = {} if url is None else {"request_url": url}
    return {
        "event_subscriptions": at | {"bot_events": list(EVENTS)},
        "interactivity": {"is_enabled": True} | at,
        "org_deploy_enabled": org_wide,
        "socket_mode_enabled": url is None,
        "token_rotation_enabled": False,
    }
