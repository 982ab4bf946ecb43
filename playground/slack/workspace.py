"""A workspace as the stand-in knows it: people, conversations, tokens, and all that happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass
class Member:
    """Somebody in the workspace, with the flags of `users.info`."""

    id: str
    name: str
    email: str
    team_id: str = "T0EXETER"
    flags: dict[str, bool] = field(default_factory=dict)
    enterprise_id: str = ""

    def document(self) -> dict[str, Any]:
        """As `users.info` gives it."""
        flags = dict.fromkeys(
            ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger"), False
        )
        profile = {"real_name": self.name, "email": self.email}
        document = {"id": self.id, "team_id": self.team_id, "name": self.name, "profile": profile}
        if self.enterprise_id:
            teams = [self.team_id]
            document["enterprise_user"] = {
                "id": self.id,
                "enterprise_id": self.enterprise_id,
                "teams": teams,
            }
        return document | flags | self.flags


@dataclass
class Conversation:
    """A channel or a direct message."""

    id: str
    name: str
    members: set[str]
    is_archived: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_private: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether it is between one person and the bot."""
        return self.id.startswith("D")

    def document(self, bot: str) -> dict[str, Any]:
        """As `conversations.info` gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "is_member": bot in self.members,
            "is_archived": self.is_archived,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": self.is_pending_ext_shared,
            "is_private": self.is_private,
            "is_im": self.is_direct,
        }


@dataclass(frozen=True)
class Call:
    """One call of the Web API, or of a response_url, and what was answered."""

    method: str
    token: str
    arguments: dict[str, Any]
    response: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """A message as people see it. `only_for` is who alone sees it, None for the conversation."""

    ts: str
    channel: str
    only_for: str | None
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str | None = None
    files: tuple[str, ...] = ()
    via: str = ""
    container: dict[str, Any] = field(default_factory=dict)


@dataclass
class UploadedFile:
    """A file: asked for, uploaded, then completed in a conversation."""

    id: str
    name: str
    length: int
    data: bytes | None = None
    shared_in: list[str] = field(default_factory=list)


@dataclass
class ResponseUrl:
    """Where an interaction may be answered, five times within half an hour."""

    channel: str
    user: str
    born: float
    uses: int = 0


@dataclass
class Grant:
    """A bot token: its workspace and its scopes."""

    team_id: str
    scopes: set[str]


class Workspace:
    """Everything the stand-in remembers; `skew` moves its clock.

    With an `enterprise_id` it is one of an Enterprise Grid, and with `is_org_wide` the bot is
    installed in all of them at once.
    """

    def __init__(self, team_id: str = "T0EXETER", bot: str = "U0BOT") -> None:
        self.team_id, self.bot, self.bot_id, self.app_id = team_id, bot, "B0BOT", "A0APP"
        self.enterprise_id, self.is_org_wide = "", False
        self.skew = 0.0
        self.members: dict[str, Member] = {}
        self.conversations: dict[str, Conversation] = {}
        self.grants: dict[str, Grant] = {}
        self.app_tokens: set[str] = set()
        self.install_codes: dict[str, tuple[str, str]] = {}
        self.calls: list[Call] = []
        self.said: list[Said] = []
        self.problems: list[str] = []
        self.files: dict[str, UploadedFile] = {}
        self.views: dict[str, dict[str, Any]] = {}
        self.homes: dict[str, dict[str, Any]] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.triggers: dict[str, float] = {}
        self.posted_at: dict[str, float] = {}
        self._numbers = count(1)

    def now(self) -> float:
        """The workspace's own time."""
        return time.time() + self.skew

    def new_id(self, letter: str) -> str:
        """An id such as Slack's."""
        return f"{letter}{next(self._numbers):08d}"

    def new_ts(self) -> str:
        """A message's timestamp, never used twice."""
        return f"{int(self.now())}.{next(self._numbers):06d}"

    def new_trigger(self) -> str:
        """Good for one view within three seconds."""
        trigger = f"{next(self._numbers)}.trigger"
        self.triggers[trigger] = self.now()
        return trigger

    def add_member(self, user: str, name: str, email: str, **flags: Any) -> Member:
        """Somebody new, of this workspace unless `team_id` says otherwise."""
        team_id = flags.pop("team_id", self.team_id)
        enterprise_id = flags.pop("enterprise_id", self.enterprise_id)
        self.members[user] = Member(user, name, email, team_id, flags, enterprise_id)
        return self.members[user]

    def add_channel(self, channel: str, name: str, *members: str, **flags: bool) -> Conversation:
        """A channel with its members; add `bot` to have the bot in it."""
        self.conversations[channel] = Conversation(channel, name, set(members), **flags)
        return self.conversations[channel]

    def direct(self, user: str) -> Conversation:
        """The direct conversation of somebody with the bot."""
        channel = f"D{user[1:]}"
        if channel not in self.conversations:
            self.add_channel(channel, user, user, self.bot)
        return self.conversations[channel]

    def takes_replies(self, channel: str, ts: str) -> bool:
        """Whether a thread can hang under a message: everybody there sees it, and it is in none."""
        return any(
            (one.channel, one.ts, one.only_for, one.thread_ts) == (channel, ts, None, None)
            for one in self.said
        )

    def seen_by(self, user: str, *, where: Callable[[Said], bool] = lambda _: True) -> list[Said]:
        """What somebody can read: messages only for them, and those of their conversations."""
        return [
            one
            for one in self.said
            if where(one)
            and (
                one.only_for == user
                or (one.only_for is None and user in self.conversations[one.channel].members)
            )
        ]
