"""Home tabs: published when somebody opens theirs, and again when they changed something."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answers
from bot.askers import Asker, asker_of
from bot.blocks.kit import Reader, actions, button, runs
from bot.home import REFRESH, Page, home_view, page, stranger_view
from bot.telling import show_view
from core.links import actor_in_slack
from core.phrases import say
from core.refusals import Refusal

RECENT_SECONDS = 3600.0
MOST_REMEMBERED = 5000


class Homes:
    """`again` publishes only for those who looked at theirs within the hour."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._seen: dict[Asker, float] = {}

    async def publish(self, client: AsyncWebClient, asker: Asker) -> None:
        """The tab as things are now, or why there is nothing yet."""
        someone = Asker(asker.team_id, asker.user_id)
        try:
            await self._answers.doorkeeper.admit(client, someone)
            shown = await self._answers.desk.run(partial(self._page, someone))
            view = home_view(shown, self._answers.readers.of(shown.actor, someone))
            self._remember(someone)
        except Refusal as refusal:
            reader = await self._answers.readers.refused(someone, refusal)
            view = self._refused(refusal, reader)
        await show_view(client.views_publish, view, user_id=asker.user_id)

    async def again(self, args: AsyncArgs) -> None:
        """After a change."""
        asker = asker_of(args)
        someone = Asker(asker.team_id, asker.user_id)
        if self._seen.get(someone, 0) > time.monotonic() - RECENT_SECONDS:
            await self.publish(args.client, asker)

    def _page(self, asker: Asker) -> Page:
        with self._answers.desk.database.reading() as session:
            actor = actor_in_slack(session, asker.team_id, asker.user_id)
            return page(session, actor, now=self._answers.desk.clock())

    def _refused(self, refusal: Refusal, reader: Reader) -> dict[str, Any]:
        refresh = button(reader.plain(say("Refresh")), REFRESH)
        if refusal.code == "not_linked":
            code = runs(reader.plain(say("Send me a code")), "link", "link", style="primary")
            return stranger_view(refusal.message, reader, actions(code, refresh))
        return stranger_view(refusal.message, reader, actions(refresh))

    def _remember(self, asker: Asker) -> None:
        if len(self._seen) >= MOST_REMEMBERED:
            self._seen.clear()
        self._seen[asker] = time.monotonic()
