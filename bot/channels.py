"""What is said in a channel: announcements that are chosen, masked cards that are shared."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answers, Heard
from bot.askers import Asker
from bot.blocks.kit import Reader
from bot.blocks.render import Said, told
from bot.blocks.shared import masked_card
from bot.replies import NOT_GIVEN, code_of, seconds_of
from core import audit
from core.commands.run import Reply
from core.installations import channel_id_of
from core.phrases import counted, say
from core.refusals import Kind, Refusal, conflict, forbidden, limit, missing, unavailable, usage
from core.routes import slack_lane
from core.slack_cards import keep, shown_in
from core.verification_cards import VerificationCard

HERE = "here"
SHORT_WAIT, MOST_WAITS = 3.0, 2
"""Seconds for which, and times that, a post is tried again while somebody waits for it."""
NOT_THERE = frozenset({"not_in_channel", "channel_not_found", "restricted_action"})


class Channels:
    """Each post asks first whether the bot is a member, and whether others than ours are."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def choose(self, client: AsyncWebClient, asker: Asker, typed: str) -> Heard:
        """`channel here` or `channel #name`: the bot says hello there, which proves it can."""
        try:
            actor = await self._answers.actor(client, asker)
            actor.require_administrator()
            channel = asker.channel_id if typed.lower() == HERE else channel_id_of(typed)
            there = Asker(asker.team_id, asker.user_id, channel)
            await self._refuse_shared(client, there)
            await self._post(client, channel, _hello(self._answers.readers.of(actor, asker)))
        except Refusal as refusal:
            return await self._answers.refused(asker, refusal)
        return await self._answers.to(client, asker, f"channel {channel}")

    async def share(self, client: AsyncWebClient, asker: Asker, number: str) -> Heard:
        """A masked card for everybody in the channel, after the person was asked."""
        try:
            await self._answers.actor(client, asker)
            if asker.is_direct or not asker.channel_id:
                raise usage("no_channel", "There is nobody here to share it with.")
            await self._refuse_shared(client, asker)
            reply = await self._answers.run(asker, f"verify {number}")
            if not isinstance(reply.answer, VerificationCard):
                raise usage("nothing_to_share", "Only one number at a time is shared.")
            reader = self._answers.readers.of(reply.actor, asker)
            ts = await self._post(client, asker.channel_id, masked_card(reply, asker, reader))
            await self._answers.desk.run(partial(self._note, reply, asker, ts))
        except Refusal as refusal:
            return await self._answers.refused(asker, refusal)
        return Heard(told(say("Shared, masked."), reader), reader, reply)

    async def _refuse_shared(self, client: AsyncWebClient, asker: Asker) -> None:
        if not await self._answers.doorkeeper.is_ours_alone(client, asker):
            raise forbidden(
                "not_there",
                "I cannot see that this channel is yours alone. Invite me with `/invite`, and "
                "choose one that is not shared with other organisations.",
            )

    async def _post(self, client: AsyncWebClient, channel: str, said: Said) -> str:
        try:
            answer = await _posted(client, channel, said)
        except SlackApiError as error:
            raise _not_posted(code_of(error), error) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unavailable(
                "slack_unavailable",
                "Slack did not answer; the message may or may not be there. Look before you try "
                "again.",
            ) from error
        return str(answer.get("ts") or "")

    def _note(self, reply: Reply, asker: Asker, ts: str) -> None:
        """Into the trail, and so that the channel hears when what was shared changes."""
        now, actor, shown = self._answers.desk.clock(), reply.actor, shown_in(reply.answer)
        reader = actor.person(), slack_lane(asker.team_id, asker.channel_id)
        (number,) = shown.numbers
        with self._answers.desk.database.transaction() as session:
            keep(session, reader, actor.organisation_id, ts, shown, now=now)
            audit.record(
                session,
                actor,
                "verification:shared",
                now=now,
                subject=number,
                channel=asker.channel_id,
            )


async def _posted(client: AsyncWebClient, channel: str, said: Said) -> Any:
    """A wait that nobody minds is waited: Slack takes one post a second in a channel."""
    for _ in range(MOST_WAITS):
        try:
            return await client.chat_postMessage(channel=channel, **said.posted())
        except SlackApiError as error:
            seconds = seconds_of(error)
            if code_of(error) != "ratelimited" or seconds is None or seconds > SHORT_WAIT:
                raise
            await asyncio.sleep(seconds)
    return await client.chat_postMessage(channel=channel, **said.posted())


def _hello(reader: Reader) -> Said:
    return told(
        say(
            "New results are announced here from now on: how many there are, and never whose. "
            "Everybody who is enrolled can download them from the announcement."
        ),
        reader,
    )


def _not_posted(error: str, cause: SlackApiError) -> Refusal:
    if error in NOT_THERE:
        return missing("not_in_channel", "I am not a member of that channel. `/invite` me first.")
    if error == NOT_GIVEN:
        return forbidden(
            "workspace_not_added",
            "The app is not added to that workspace. An owner of your Slack organisation can add "
            "it there.",
        )
    if error == "is_archived":
        return conflict("is_archived", "That channel is archived. Choose another one.")
    if error == "ratelimited":
        wait = counted(int(seconds_of(cause) or 1), "{n} second", "{n} seconds")
        return limit("ratelimited", "Slack asks to wait {wait}. Try again then.", wait=wait)
    return Refusal(
        Kind.UNAVAILABLE,
        "not_posted",
        say("Slack refused the message ({reason}). Nothing was changed.", reason=error),
    )
