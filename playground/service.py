"""The playground as a part of the service: the stand-in for Slack listens, the page is mounted."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from playground.app import Playground
from playground.arrivals import Arrivals
from playground.clock import MovedClock
from playground.deeds import Deeds
from playground.mailbox import Mailbox
from playground.opening import open_stage
from playground.page import Page
from playground.stage import Stage


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the service is, and what it calls itself."""

    http: str
    slack_port: int
    smtp: tuple[str, int]
    house: str
    outbox: Path
    clock: Path
    arrivals: Path


class PlaygroundPart:
    """To be started after what it talks to, and stopped before it: pages wait for events."""

    def __init__(
        self,
        addresses: Addresses,
        secret: str,
        token: str,
        manifest: dict[str, Any],
        program: Sequence[str],
    ) -> None:
        self._addresses = addresses
        self._stage = Stage(secret, token)
        self._mailbox = Mailbox(addresses.outbox, addresses.smtp, addresses.house)
        self._clock = MovedClock(addresses.clock)
        arrivals = Arrivals(program, addresses.arrivals)
        commands = manifest["features"]["slash_commands"]
        page = Page(self._stage, self._mailbox, self._clock, commands)
        deeds = Deeds(self._stage, self._mailbox, self._clock, arrivals)
        self._playground = Playground(deeds, page)

    @property
    def app(self) -> ASGIApp:
        """To be mounted at `/playground`."""
        return self._playground.app

    def start(self) -> None:
        """Listen as Slack does; the cast is linked meanwhile."""
        self._stage.app_url = self._addresses.http
        self._stage.workspace.skew = self._clock.ahead.total_seconds()
        self._stage.furnish()
        self._stage.start(self._addresses.slack_port)
        opening = (self._stage, self._mailbox)
        threading.Thread(target=open_stage, args=opening, name="opening", daemon=True).start()

    def stop(self, grace: float) -> None:  # noqa: ARG002  nothing here is worth waiting for
        """Let the pages go."""
        self._playground.closing = True
        self._stage.stop()
