"""What Slack's failed answers say, whatever shape they have: a proxy's 502 is no JSON."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

NOT_ITS_BLOCKS = "invalid_blocks"
NOT_ITS_VIEW = frozenset({NOT_ITS_BLOCKS, "invalid_arguments"})
TOKEN_DEAD = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
OK, TOO_MANY, SERVER_ERROR = 200, 429, 500

NOT_GIVEN = "team_access_not_granted"
"""Installed for a whole Slack organisation, whose owner did not add it to this workspace."""


def code_of(error: SlackApiError) -> str:
    """Slack's own word for it, '' where the answer was none of Slack's."""
    data = error.response.data
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def status_of(error: SlackApiError) -> int:
    """The HTTP status."""
    return int(error.response.status_code)


def seconds_of(error: SlackApiError) -> float | None:
    """How long Slack asks to wait, if it does."""
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    found = str(headers.get("retry-after", ""))
    return float(found) if found.isdigit() else None
