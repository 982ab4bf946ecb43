"""Slash commands: answered in the acknowledgement if that is quick, else where Slack says.

No lazy listener of Bolt's: it would be started for every command, at twice the cost of the
answer itself (bench/slack), and only the slow ones need one.
"""

from __future__ import annotations

from functools import partial

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.askers import asker_of
from bot.blocks.kit import Reader
from bot.blocks.render import told
from bot.bulk import Bulk, being_checked
from bot.failures import reported
from bot.jobs import PATIENCE_SECONDS, Jobs
from bot.lines import Lines
from bot.names import line_of
from bot.telling import respond
from core.phrases import say

JOB = "job"


class Commands:
    """One listener for all of them."""

    def __init__(self, lines: Lines, jobs: Jobs, bulk: Bulk, prefix: str) -> None:
        self._lines, self._jobs, self._bulk, self._prefix = lines, jobs, bulk, prefix
        self._late = reported(partial(answer_late, jobs))

    async def answer(self, args: AsyncArgs) -> None:
        """Acknowledge within 0.2 seconds, with the answer if there is one by then."""
        command = args.command or {}
        line = line_of(command["command"], command.get("text") or "", self._prefix) or "help"
        if numbers := self._bulk.numbers_of(line):
            await args.ack(**being_checked(numbers).ephemeral())
            self._jobs.follow(reported(partial(self._bulk.check, numbers=numbers))(args))
            return
        job = self._jobs.start(self._lines.heard(args.client, asker_of(args), line))
        if not await self._jobs.soon(job):
            args.context[JOB] = job
            await args.ack()
            self._jobs.follow(self._late(args))
            return
        heard = await self._jobs.result(job)
        if heard.said.may_be_refused():
            await args.ack()
            self._jobs.follow(reported(partial(respond, said=heard.said))(args))
            return
        await args.ack(**heard.said.ephemeral())


async def answer_late(jobs: Jobs, args: AsyncArgs) -> None:
    """Whoever waits long is told so; the answer follows when it is there."""
    job = args.context[JOB]
    if not await jobs.soon(job, PATIENCE_SECONDS):
        await respond(args, told(waits(), Reader()))
    heard = await jobs.result(job)
    await respond(args, heard.said)


def waits() -> str:
    """What is said meanwhile."""
    return say(
        "Busy just now. The answer follows here; if it does not within a minute, try again. "
        "Nothing is lost."
    )
