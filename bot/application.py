"""The Slack application: the same listeners over HTTP and Socket Mode.

`process_before_response` answers in the request, without Bolt's poll of 10 ms; everything that
is not instant is a lazy listener (research/slack.md).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext

from bot.answers import Answers
from bot.askers import INSTALLED_IN
from bot.bulk import Bulk
from bot.desk import Desk
from bot.failures import Listener, reported
from bot.homes import Homes
from bot.jobs import Jobs
from bot.lines import Lines
from bot.listeners.actions import Actions
from bot.listeners.commands import Commands
from bot.listeners.events import Events
from bot.listeners.shortcuts import Shortcuts
from bot.listeners.views import Views
from bot.names import NUMBERS_SHORTCUT, VERIFY_SHORTCUT
from bot.workspaces import Workspaces
from core.database import Database
from core.settings import Settings

ANY = re.compile("")

NOT_SERVED = (
    "This workspace is not served here. Ask whoever runs the results desk to install the app in "
    "it, and try again."
)


class SlackApplication:
    """Bolt's application with our listeners, and what they work with."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self.desk = Desk(settings, database, clock)
        self.answers = Answers(self.desk)
        self.jobs = Jobs()
        secret = settings.slack_signing_secret
        self.bolt = AsyncApp(
            name="results-bot",  # by itself it would read the sources of all who call it
            logger=_quiet_logger(),
            signing_secret=secret.get_secret_value() if secret is not None else None,
            client=self.answers.workspaces.async_client(),
            authorize=_authorizing(self.answers.workspaces),
            user_facing_authorize_error_message=NOT_SERVED,
            process_before_response=True,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self._listen()

    async def close(self, grace: float) -> None:
        """Finish what people wait for."""
        await self.jobs.drain(grace)
        self.desk.close()

    def _listen(self) -> None:
        """The busiest first: each listener before the one that matches costs 10 µs."""
        lines, homes = Lines(self.answers), Homes(self.answers)
        bulk = Bulk(lines, self.jobs)
        commands = Commands(lines, self.jobs, bulk, self.desk.settings.slack_command_prefix)
        views = Views(lines, self.jobs, homes)
        actions = Actions(lines, self.jobs, views, homes)
        shortcuts = Shortcuts(lines, self.jobs, views)
        self.bolt.command(ANY)(reported(commands.answer, self.answers.readers))
        self._pair(self.bolt.action(ANY), actions.begin, actions.finish)
        self._pair(self.bolt.view(ANY), views.begin, views.finish)
        self._pair(self.bolt.shortcut(VERIFY_SHORTCUT), shortcuts.begin, shortcuts.form)
        self._pair(self.bolt.shortcut(NUMBERS_SHORTCUT), shortcuts.begin, shortcuts.numbers)
        events = Events(lines, homes, bulk)
        for name, listener in (
            ("app_home_opened", events.home_opened),
            ("message", events.message),
            ("app_uninstalled", events.taken_out),
            ("tokens_revoked", events.taken_out),
        ):
            self._pair(self.bolt.event(name), events.begin, listener)

    def _pair(self, register: Callable[..., object], begin: Listener, finish: Listener) -> None:
        readers = self.answers.readers
        lazy = [self.jobs.tracked(reported(finish, readers))]
        register(ack=reported(begin, readers), lazy=lazy)


def _authorizing(workspaces: Workspaces) -> Any:
    async def authorize(
        context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None
    ) -> AuthorizeResult | None:
        found = await workspaces.authorized(enterprise_id or "", team_id or "")
        if found is not None:
            context[INSTALLED_IN] = found.team_id
        return found

    return authorize


def _quiet_logger() -> logging.Logger:
    """Bolt's own messages from warnings on: below, they hold whole payloads."""
    logger = logging.getLogger("slack_bolt.results")
    logger.setLevel(logging.WARNING)
    return logger
