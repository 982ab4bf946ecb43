"""link, links, unlink and channel: Slack accounts and the organisation's channel."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import installations, links
from core.actors import Actor
from core.commands.converters import EmailAddress
from core.commands.registry import command
from core.installations import ChannelCard
from core.links import LinkCard, LinkList
from core.refusals import usage


@command("link", examples=["link", "link 7KXN2QRT"])
def link(session: Session, actor: Actor, code: str | None = None, *, now: datetime) -> LinkCard:
    """Let your Slack account act as you; the code for it is sent to your login address."""
    if code is not None:
        raise usage(
            "code_belongs_to_slack",
            "The code is typed in Slack, from the account that shall act as you.",
        )
    return links.own_link(session, actor, now=now)


@command("links", administrator=True, examples=["links"])
def linked_users(session: Session, actor: Actor) -> LinkList:
    """List who acts by which Slack account."""
    return links.linked_users(session, actor)


@command("unlink", examples=["unlink", "unlink ann@uni.example"])
def unlink(
    session: Session, actor: Actor, email: EmailAddress | None = None, *, now: datetime
) -> LinkList:
    """End the link of your Slack account, or as an administrator that of another user."""
    return links.unlink(session, actor, email, now=now)


@command("channel", administrator=True, examples=["channel", "channel here", "channel off"])
def channel(
    session: Session, actor: Actor, channel: str | None = None, *, now: datetime
) -> ChannelCard:
    """Show or choose the Slack channel where new results are announced, by number only."""
    return installations.set_channel(session, actor, channel, now=now)
