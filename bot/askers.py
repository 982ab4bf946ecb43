"""Who asks, and whether they may: guests, strangers, bots and other workspaces may not.

What Slack says of a person or a channel is believed for some minutes only, and asked anew before
a file is handed over (bot.transport).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.replies import TOKEN_DEAD, code_of
from core.refusals import Refusal, forbidden, unavailable

PERSON_SECONDS = 240.0
CHANNEL_SECONDS = 600.0
MOST_KEPT = 10_000

INSTALLED_IN = "installed_in"
"""In a request's context: the workspace, or Slack organisation, whose installation serves it."""

SHARED_FLAGS = ("is_ext_shared", "is_pending_ext_shared")
"""Of a channel: with another company, by Slack Connect, already or once it is accepted."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asker:
    """A Slack account at work in a conversation, '' where there is none (the Home tab).

    `team_id` is what the bot is installed in: SlackInstallation says what that may be.
    """

    team_id: str
    user_id: str
    channel_id: str = ""
    shared: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether they are alone with the bot."""
        return self.channel_id.startswith("D")


def asker_of(args: AsyncArgs) -> Asker:
    """Who sent this request."""
    context = args.context
    return Asker(
        context.get(INSTALLED_IN) or context.team_id or "",
        context.user_id or "",
        context.channel_id or "",
        is_said_to_be_shared(args.body),
    )


def is_said_to_be_shared(body: Document) -> bool:
    """Whether a request itself tells that people of other companies are where it comes from.

    Slack says it outright in some kinds of requests; in others only the teams of who clicked, or
    of who wrote the message, are not the team that the request is for. Within one Enterprise Grid
    such teams differ too, and nothing follows.
    """
    if body.get("is_ext_shared_channel") in {True, "true"}:
        return True
    channel = body.get("channel")
    if isinstance(channel, Mapping) and any(channel.get(flag) for flag in SHARED_FLAGS):
        return True
    ours = (body.get("team") or {}).get("id")
    if not ours or body.get("enterprise"):
        return False
    message = body.get("message") or {}
    theirs = [message.get(name) for name in ("team", "user_team", "source_team")]
    return any(one and one != ours for one in (*theirs, (body.get("user") or {}).get("team_id")))


class Doorkeeper:
    """Lets people of the workspace in, and remembers for a while whom it saw."""

    def __init__(self) -> None:
        self._people = _Remembered(PERSON_SECONDS)
        self._channels = _Remembered(CHANNEL_SECONDS)

    async def admit(self, client: AsyncWebClient, asker: Asker) -> Document:
        """What Slack says of the person; raise Refusal in plain words for whom we do not serve."""
        person = await self._people.get(
            (asker.team_id, asker.user_id), lambda: _person(client, asker.user_id)
        )
        refuse_strangers(person, asker.team_id)
        if await self.is_shared(client, asker):  # where it is not known, only they see the answer
            raise forbidden(
                "shared_channel",
                "This channel is shared with another organisation, so nothing is answered here. "
                "Ask in a direct message to me, or in a channel of your own.",
            )
        return person

    async def is_shared(self, client: AsyncWebClient, asker: Asker) -> bool | None:
        """Whether people of other companies are in the channel; None where Slack does not say."""
        if asker.shared:
            return True
        if not asker.channel_id or asker.is_direct:
            return False
        channel = await self._channels.get(
            (asker.team_id, asker.channel_id), lambda: _channel(client, asker.channel_id)
        )
        return any(channel.get(flag) for flag in SHARED_FLAGS) if channel else None

    async def is_ours_alone(self, client: AsyncWebClient, asker: Asker) -> bool:
        """Whether Slack says now that it is; asked anew before anything is said to a channel."""
        self._channels.forget((asker.team_id, asker.channel_id))
        return await self.is_shared(client, asker) is False

    def forget(self, team_id: str, user_id: str) -> None:
        """Ask anew the next time."""
        self._people.forget((team_id, user_id))


def refuse_strangers(person: Document, team_id: str) -> None:
    """Raise Refusal unless `users.info` describes a full member of this workspace."""
    if person.get("deleted"):
        raise forbidden("deactivated", "This Slack account is deactivated.")
    if person.get("is_bot") or person.get("is_workflow_bot"):
        raise forbidden("a_bot", "Bots are not served, only people.")
    if person.get("is_restricted") or person.get("is_ultra_restricted"):
        raise forbidden(
            "a_guest", "Guests of this workspace are not served. Ask one of its full members."
        )
    if person.get("is_stranger") or team_id not in _memberships(person, team_id):
        raise forbidden(
            "other_team", "Only members of this workspace are served, and you are of another one."
        )


def _memberships(person: Document, team_id: str) -> set[str]:
    """The workspaces somebody is a member of, and their Slack organisation (Enterprise Grid)."""
    grid = person.get("enterprise_user") or {}
    return {person.get("team_id", team_id), grid.get("enterprise_id"), *grid.get("teams", ())}


async def _person(client: AsyncWebClient, user_id: str) -> Document:
    try:
        answer = await client.users_info(user=user_id)
    except SlackApiError as error:
        if code_of(error) in {"user_not_found", "user_not_visible"}:
            return {"is_stranger": True}
        if code_of(error) in TOKEN_DEAD:
            raise forbidden(
                "token_dead",
                "Slack does not take the app's token any more, so nothing can be done here. Ask "
                "whoever runs the results desk to install the app again.",
            ) from error
        raise _not_asked() from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _not_asked() from error
    person: Document = answer.get("user") or {}
    return person


async def _channel(client: AsyncWebClient, channel_id: str) -> Document:
    """{} where it cannot be asked: the bot need not be in a channel to answer one person there."""
    try:
        answer = await client.conversations_info(channel=channel_id)
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        return {}
    channel: Document = answer.get("channel") or {}
    return channel


def _not_asked() -> Refusal:
    return unavailable(
        "slack_unavailable",
        "Slack could not be asked who you are, so nothing was done. Try again in a minute.",
    )


class _Remembered:
    """Answers by key, each for some seconds; several who ask at once wait for one answer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[Hashable, tuple[float, asyncio.Future[Document]]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[Document]]) -> Document:
        kept = self._kept.get(key)
        if kept is None or kept[0] < time.monotonic():
            asking = asyncio.ensure_future(ask())
            self._make_room()
            kept = self._kept[key] = (time.monotonic() + self._seconds, asking)
        try:
            return kept[1].result() if kept[1].done() else await asyncio.shield(kept[1])
        except Refusal:
            self.forget(key)
            raise

    def forget(self, key: Hashable) -> None:
        self._kept.pop(key, None)

    def _make_room(self) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
