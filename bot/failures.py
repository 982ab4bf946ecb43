"""A listener that fails says so to the person, with a reference, and to the log, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import uuid4

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.askers import asker_of
from bot.blocks.refused import refused
from bot.blocks.render import told
from bot.readers import Readers
from bot.telling import tell
from core.phrases import say
from core.refusals import Refusal

log = structlog.get_logger(__name__)

Listener = Callable[[AsyncArgs], Awaitable[None]]


def reported(listener: Listener, readers: Readers) -> Listener:
    """Wrap a listener, lazy or not: Bolt swallows what a lazy one raises."""

    async def run(args: AsyncArgs) -> None:
        try:
            await listener(args)
        except Refusal as refusal:
            reader = await readers.refused(asker_of(args), refusal)
            await tell(args, refused(refusal, reader))
        except Exception as bug:  # noqa: BLE001  Bolt's error handler, as DESIGN.md names it
            await _report(args, bug, readers)

    return run


async def _report(args: AsyncArgs, bug: Exception, readers: Readers) -> None:
    reference = uuid4().hex[:8]
    log.error("slack-listener-failed", reference=reference, exc_info=bug)
    sentence = say(
        "Something went wrong here, and it is our fault. Nothing you had is lost. Try again; if "
        "it happens again, tell your operator the reference {reference}.",
        reference=reference,
    )
    await tell(args, told(sentence, readers.last(asker_of(args))))
