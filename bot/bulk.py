"""Many numbers where IELTS is asked about each: that takes minutes, so one message tells how far.

Asking goes on in pieces, and counts nothing; at the end all numbers are looked up by one command,
which finds the answers. Whoever is interrupted sends the list again, and it goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.askers import asker_of
from bot.blocks.kit import Reader
from bot.blocks.render import Said, told
from bot.blocks.verification import follows
from bot.direct import Progress, post
from bot.jobs import Jobs
from bot.lines import Lines
from core import quotas
from core.actors import Actor
from core.commands.grammar import parse
from core.live_checks import is_asked
from core.phrases import say
from core.refusals import Refusal
from core.sources import live
from core.trf_numbers import TrfNumber
from core.verification_cards import VerificationTable

SHORTEST = 5 * live.MOST
"""A line with more numbers than are asked about at once is longer than this."""


class Bulk:
    """One list at a time: each takes a thread of the few that all answers share."""

    def __init__(self, lines: Lines, jobs: Jobs) -> None:
        self._lines, self._jobs = lines, jobs
        self._answers, self._desk = lines.answers, lines.answers.desk
        self._turn = asyncio.Semaphore(1)

    def numbers_of(self, line: str) -> Sequence[TrfNumber]:
        """The numbers of a line that takes long; none of any other line."""
        if len(line) < SHORTEST or not line.startswith("verify "):
            return ()
        try:
            numbers: Sequence[TrfNumber] = parse(line).values.get("numbers", ())
        except Refusal:
            return ()
        return numbers if self.takes(numbers) else ()

    def takes(self, numbers: Sequence[TrfNumber]) -> bool:
        """Whether so many take long."""
        return is_asked(self._desk.settings) and len(numbers) > live.MOST

    async def check(self, args: AsyncArgs, numbers: Sequence[TrfNumber]) -> None:
        """Look them up, telling how far it is in a direct message that ends with the result."""
        asker = asker_of(args)
        try:
            actor = await self._answers.actor(args.client, asker)
        except Refusal as refusal:
            heard = await self._answers.refused(asker, refusal)
            await post(args.client, asker.user_id, heard.said)
            return
        reader = self._answers.readers.of(actor, asker)
        progress = Progress(args.client, asker.user_id)
        await progress.begin(_so_far(0, numbers, reader))
        async with self._turn:
            whole = await self._asked(actor, numbers, progress, reader)
        if not whole:
            await progress.end(_interrupted(reader))
            return
        line = " ".join(["verify", *numbers])
        heard = await self._lines.heard(args.client, asker, line, as_file=True)
        if heard.reply is None or not isinstance(heard.reply.answer, VerificationTable):
            await progress.end(heard.said)
        else:
            await progress.end(checked(heard.reply.answer, reader))

    async def _asked(
        self, actor: Actor, numbers: Sequence[TrfNumber], progress: Progress, reader: Reader
    ) -> bool:
        """Ask about all, or as long as there are answers; False if the service is ending."""
        if not await self._desk.run(partial(self._has_room, actor, len(numbers))):
            return True
        for start in range(0, len(numbers), live.MOST):
            if self._jobs.ending:
                return False
            piece = numbers[start : start + live.MOST]
            if not await self._desk.run(partial(self._ask, actor, piece)):
                return True
            await progress.show(_so_far(start + len(piece), numbers, reader))
        return True

    def _has_room(self, actor: Actor, n: int) -> bool:
        desk = self._desk
        with desk.database.reading() as session:
            return quotas.has_room(session, actor, n, now=desk.clock(), settings=desk.settings)

    def _ask(self, actor: Actor, piece: Sequence[TrfNumber]) -> bool:
        desk = self._desk
        return live.refresh(desk.database, desk.settings, actor, piece, now=desk.clock())


def being_checked(numbers: Sequence[TrfNumber], reader: Reader) -> Said:
    """What is answered where they were typed."""
    sentence = say(
        "{n} numbers are being checked. How far it is, and the list, come as direct messages.",
        n=len(numbers),
    )
    return told(sentence, reader)


def checked(answer: VerificationTable, reader: Reader) -> Said:
    """The end of a list: how many matched, and that the file comes."""
    return Said(reader.plain(say("Your list was checked.")), tuple(follows(answer, reader)))


def _so_far(done: int, numbers: Sequence[TrfNumber], reader: Reader) -> Said:
    sentence = say("IELTS was asked about {done} of {n} numbers.", done=done, n=len(numbers))
    return told(sentence, reader)


def _interrupted(reader: Reader) -> Said:
    return told(
        say(
            "The service is being restarted, so your list was not finished. Nothing was counted. "
            "Send it again in a minute: what was asked already is not asked again."
        ),
        reader,
    )
