"""How an answer reaches the person who asked, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.blocks.kit import LONGEST_TITLE, plain_text
from bot.blocks.render import Said
from bot.blocks.simpler import simpler
from bot.direct import post
from bot.replies import NOT_ITS_BLOCKS, NOT_ITS_VIEW, OK, TOO_MANY, code_of

View = dict[str, Any]

log = structlog.get_logger(__name__)

JSON: dict[str, str | Sequence[str]] = {"content-type": "application/json;charset=utf-8"}

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
    event = (args.event or {}).get("type")
    if args.context.response_url:
        await respond(args, said)
    elif event == "app_home_opened":
        view = {"type": "home", "blocks": list(said.blocks)}
        await args.client.views_publish(user_id=args.context.user_id or "", view=view)
    elif kind != "event_callback" or event == "message":
        await tell_directly(args, said)


def acknowledge(args: AsyncArgs, said: Said) -> None:
    """In the answer to the request; what `args.ack` makes too, at a fifth of its time."""
    body = msgspec.json.encode(said.ephemeral(), enc_hook=str).decode()
    args.ack.response = BoltResponse(status=OK, body=body, headers=JSON)


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


async def tell_directly(args: AsyncArgs, said: Said) -> str:
    """In the person's direct messages, where there is no other place; Slack's id of it."""
    answer = await post(args.client, args.context.user_id or "", said)
    return str(answer.get("ts") or "")


async def show_view(call: Callable[..., Awaitable[Any]], view: View, **where: Any) -> Any:
    """Give a view to Slack; one that only tells is simplified if Slack refuses its blocks."""
    try:
        return await call(view=view, **where)
    except SlackApiError as error:
        asks = any(block["type"] == "input" for block in view["blocks"])
        if code_of(error) not in NOT_ITS_VIEW or asks:
            raise
        log.exception("blocks-refused", reason=code_of(error))
    return await call(view=view | {"blocks": simpler(view["blocks"])}, **where)


def message_view(title: str, said: Said, close: str) -> View:
    """An answer in place of the form that asked."""
    return {
        "type": "modal",
        "title": plain_text(title, LONGEST_TITLE),
        "close": plain_text(close, LONGEST_TITLE),
        "blocks": said.in_view(),
    }
