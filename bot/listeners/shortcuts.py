"""Shortcuts: the verification form from anywhere, and the numbers in a message."""

from __future__ import annotations

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.askers import asker_of
from bot.blocks.kit import actions, opens
from bot.blocks.render import told
from bot.forms import Opening
from bot.jobs import Jobs
from bot.lines import Lines
from bot.listeners.views import Views
from bot.numbers import numbers_in
from bot.patience import answered
from bot.telling import respond
from core.phrases import say

MOST_NUMBERS = 100


class Shortcuts:
    """Both kinds."""

    def __init__(self, lines: Lines, jobs: Jobs, views: Views) -> None:
        self._lines, self._jobs, self._views = lines, jobs, views

    async def begin(self, args: AsyncArgs) -> None:
        """Slack wants to know only that it was heard."""
        await args.ack()

    async def form(self, args: AsyncArgs) -> None:
        """Verify a Test Report Form."""
        await self._views.open(args, Opening("verify"))

    async def numbers(self, args: AsyncArgs) -> None:
        """Verify the numbers in this message, for whoever asks alone."""
        asker = asker_of(args)
        found = numbers_in(args.body["message"].get("text") or "")[:MOST_NUMBERS]
        if not found:
            actor = await self._lines.answers.actor(args.client, asker)
            reader = self._lines.answers.readers.of(actor, asker)
            none = say("There is no Test Report Form number in this message.")
            verify = opens(reader.plain(say("Verify a Test Report Form")), "verify")
            await respond(args, told(none, reader, actions(verify)))
            return
        line = " ".join(["verify", *found])
        job = self._jobs.start(self._lines.heard(args.client, asker, line))
        await answered(args, self._jobs, job, self._lines.answers.readers)
