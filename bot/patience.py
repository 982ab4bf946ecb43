"""An answer that may be late: whoever waits long is told so, and gets it when it is there."""

from __future__ import annotations

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.answers import Heard
from bot.askers import asker_of
from bot.blocks.render import told
from bot.jobs import PATIENCE_SECONDS, Jobs
from bot.readers import Readers
from bot.telling import respond
from core.phrases import say

WAITS = say(
    "Busy just now. The answer follows here; if it does not within a minute, try again. "
    "Nothing is lost."
)


async def answered(args: AsyncArgs, jobs: Jobs, job: str, readers: Readers) -> None:
    """At the response_url, for the one person."""
    if not await jobs.soon(job, PATIENCE_SECONDS):
        await respond(args, told(WAITS, readers.last(asker_of(args))))
    heard: Heard = await jobs.result(job)
    await respond(args, heard.said)
