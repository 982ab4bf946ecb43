"""How an answer reaches the person who asked, and nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.blocks.kit import LONGEST_TITLE, plain_text
from bot.blocks.render import Said
from bot.replies import code_of, seconds_of, status_of

log = structlog.get_logger(__name__)

NOT_ITS_BLOCKS = "invalid_blocks"
OK, TOO_MANY = 200, 429
PAUSES = (0.5, 2.0, 6.0)
"""Before an answer is tried again at a response_url that is in trouble; it takes five."""


async def tell(args: AsyncArgs, said: Said) -> None:
    """As the answer to the request itself if there was none yet, else where it may still be."""
    kind = args.body.get("type", "command" if "command" in args.body else "")
    if args.ack.response is None and kind == "command":
        await args.ack(**said.ephemeral())
        return
    if args.ack.response is None:
        await args.ack()
    if args.context.response_url:
        await respond(args, said)
    elif kind != "event_callback":
        await tell_directly(args, said)


async def respond(args: AsyncArgs, said: Said) -> None:
    """At the response_url, to the one person; the blocks are simplified if Slack refuses them."""
    for pause in (*PAUSES, None):
        answer = await args.respond(**said.ephemeral(replace_original=False))
        if answer.status_code == OK and NOT_ITS_BLOCKS not in (answer.body or ""):
            return
        if NOT_ITS_BLOCKS in (answer.body or ""):
            log.error("blocks-refused", reason=answer.body[:500])
            await args.respond(**said.simpler().ephemeral(replace_original=False))
            return
        if pause is None or answer.status_code < TOO_MANY:  # used up or expired
            log.warning("answer-not-taken", status=answer.status_code)
            return
        await asyncio.sleep(pause)


async def tell_directly(args: AsyncArgs, said: Said) -> None:
    """In the person's direct messages, where there is no other place; Slack's waits are obeyed."""
    for pause in (*PAUSES, None):
        try:
            await args.client.chat_postMessage(channel=args.context.user_id or "", **said.posted())
        except SlackApiError as error:
            if code_of(error) == NOT_ITS_BLOCKS:
                said = said.simpler()
            elif status_of(error) != TOO_MANY or pause is None:
                raise
            else:
                await asyncio.sleep(seconds_of(error) or pause)
        else:
            return


def message_view(title: str, said: Said, close: str) -> dict[str, Any]:
    """An answer in place of the form that asked."""
    return {
        "type": "modal",
        "title": plain_text(title, LONGEST_TITLE),
        "close": plain_text(close, LONGEST_TITLE),
        "blocks": said.in_view(),
    }
