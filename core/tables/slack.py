"""Slack: workspaces, who is who in them, channels, what was shown, and what was done already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from core.tables.columns import Instant
from core.terms import Language


class SlackInstallation(SQLModel, table=True):
    """The bot in one workspace, or at once in all those of a Slack organisation (Enterprise Grid).

    `team_id` is the workspace's id, or the Slack organisation's own: Slack's T… and E… never
    clash. `enterprise_id` is '' outside Enterprise Grid. `organisation_id` is None until the first
    administrator links there. `sealed_token` is '' where the operator's own token is used, and
    after the workspace took its token back, which `revoked_at` tells.
    """

    __tablename__ = "slack_installation"

    id: int | None = Field(default=None, primary_key=True)
    team_id: str = Field(max_length=32, unique=True)
    enterprise_id: str = Field(default="", max_length=32)
    team_name: str = Field(default="", max_length=200)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    bot_user_id: str = Field(default="", max_length=32)
    sealed_token: str = ""
    scopes: str = Field(default="", max_length=500)
    installed_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class SlackLink(SQLModel, table=True):
    """A Slack account that acts as a user, proven by a code that went to the user's address."""

    __tablename__ = "slack_link"
    __table_args__ = (UniqueConstraint("installation_id", "slack_user_id"),)

    user_id: int = Field(primary_key=True, foreign_key="staff.id")
    installation_id: int = Field(foreign_key="slack_installation.id")
    slack_user_id: str = Field(max_length=32)
    linked_at: datetime = Field(sa_type=Instant)


class SlackCode(SQLModel, table=True):
    """The code that a user may link with, kept as SHA-256."""

    __tablename__ = "slack_code"

    user_id: int = Field(primary_key=True, foreign_key="staff.id")
    code_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = Field(sa_type=Instant)


class SlackChannel(SQLModel, table=True):
    """Where an organisation's new results are announced, from arrivals after `since_arrival_id`.

    `language` is that of whoever chose it.
    """

    __tablename__ = "slack_channel"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    installation_id: int = Field(foreign_key="slack_installation.id")
    channel_id: str = Field(max_length=32)
    chosen_at: datetime = Field(sa_type=Instant)
    since_arrival_id: int = 0
    language: str = Field(default=Language.ENGLISH_UK.value, max_length=5)


class SlackCard(SQLModel, table=True):
    """A message under which a thread can hang, and what it showed to a user: a number, or a file.

    `lane` is the conversation (core.routes), `message` Slack's id of the message, or that of the
    file it came with. `download_id` is set for the file of a download instead of all its numbers.
    """

    __tablename__ = "slack_card"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    user_id: int = Field(foreign_key="staff.id")
    lane: str = Field(max_length=255)
    message: str = Field(max_length=32)
    trf_number: str | None = Field(default=None, max_length=20, index=True)
    download_id: int | None = Field(default=None, foreign_key="download.id", index=True)
    shown_at: datetime = Field(sa_type=Instant)


class SlackClaim(SQLModel, table=True):
    """Something that is done once: an event, a click, an installation's state."""

    __tablename__ = "slack_claim"

    id: str = Field(primary_key=True, max_length=255)
    at: datetime = Field(sa_type=Instant, index=True)
