"""Slash commands: answered in the acknowledgement if that is quick, else where Slack says.

No lazy listener of Bolt's: it would be started for every command, at twice the cost of the
answer itself (bench/slack), and only the slow ones need one.
"""

from __future__ import annotations

from functools import partial

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.askers import asker_of
from bot.bulk import Bulk, being_checked
from bot.failures import Listener, reported
from bot.jobs import Jobs
from bot.lines import Lines
from bot.names import line_of
from bot.patience import answered
from bot.telling import acknowledge, respond


class Commands:
    """One listener for all of them."""

    def __init__(self, lines: Lines, jobs: Jobs, bulk: Bulk, prefix: str) -> None:
        self._lines, self._jobs, self._bulk, self._prefix = lines, jobs, bulk, prefix
        self._readers = lines.answers.readers

    async def answer(self, args: AsyncArgs) -> None:
        """Acknowledge within 0.2 seconds, with the answer if there is one by then."""
        command = args.command or {}
        line = line_of(command["command"], command.get("text") or "", self._prefix) or "help"
        if numbers := self._bulk.numbers_of(line):
            reader = self._readers.last(asker_of(args))
            await args.ack(**being_checked(numbers, reader).ephemeral())
            self._follow(args, partial(self._bulk.check, numbers=numbers))
            return
        job = self._jobs.start(self._lines.heard(args.client, asker_of(args), line))
        if not await self._jobs.soon(job):
            await args.ack()
            self._follow(args, partial(answered, jobs=self._jobs, job=job, readers=self._readers))
            return
        heard = await self._jobs.result(job)
        if heard.said.may_be_refused():
            await args.ack()
            self._follow(args, partial(respond, said=heard.said))
            return
        acknowledge(args, heard.said)

    def _follow(self, args: AsyncArgs, listener: Listener) -> None:
        self._jobs.follow(reported(listener, self._readers)(args))
