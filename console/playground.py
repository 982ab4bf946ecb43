"""The playground beside the service, where the settings have a folder for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.clock import CLOCK
from core.refusals import usage
from core.settings import Settings

if TYPE_CHECKING:
    from playground.service import PlaygroundPart

PROGRAM = (sys.executable, "-m", "console.main")
ARRIVALS = "arrivals"


def playground_of(settings: Settings) -> PlaygroundPart | None:
    """The part, if there is to be one; raise Refusal where it cannot be what Slack is here."""
    folder, slack = settings.playground_dir, urlsplit(settings.slack_api_url)
    token, secret = settings.slack_bot_token, settings.slack_signing_secret
    if folder is None:
        return None
    if slack.hostname != "127.0.0.1" or not slack.port or token is None or secret is None:
        raise usage(
            "playground_without_slack",
            "The playground plays Slack: RESULTS_SLACK_API_URL has to be http://127.0.0.1:PORT/api/"
            ", with any RESULTS_SLACK_BOT_TOKEN and RESULTS_SLACK_SIGNING_SECRET.",
        )
    from bot.manifest import manifest
    from playground.service import Addresses, PlaygroundPart

    http = f"http://{settings.http_host}:{settings.http_port}"
    host, _, port = settings.smtp_listen.rpartition(":")
    addresses = Addresses(
        http=http,
        slack_port=slack.port,
        smtp=(host, int(port)),
        house=settings.mail_domain,
        outbox=settings.outbox_dir,
        clock=folder / CLOCK,
        arrivals=folder / ARRIVALS,
    )
    made = manifest(http=http, prefix=settings.slack_command_prefix)
    return PlaygroundPart(
        addresses, secret.get_secret_value(), token.get_secret_value(), made, PROGRAM
    )
