"""attachments, passphrase and revoke: how mail reaches people, and how they may answer it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import file_policies, reply_addresses
from core.actors import Actor
from core.attachment_cards import AddressesRevoked, AttachmentCard, PassphraseCard
from core.commands.converters import EmailAddress
from core.commands.registry import command
from core.settings import Settings
from core.terms import AttachmentPolicy


@command("attachments", examples=["attachments", "attachments zip"])
def attachments(
    session: Session,
    actor: Actor,
    policy: AttachmentPolicy | None = None,
    *,
    now: datetime,
    settings: Settings,
) -> AttachmentCard:
    """Show how files go by mail, or as an administrator choose it for the organisation."""
    if policy is None:
        return file_policies.show_policy(session, actor, settings=settings)
    return file_policies.set_policy(session, actor, policy, now=now, settings=settings)


@command("passphrase", secret=True, examples=["passphrase", 'passphrase "four words or more"'])
def passphrase(
    session: Session,
    actor: Actor,
    passphrase: str | None = None,
    *,
    now: datetime,
    settings: Settings,
) -> PassphraseCard:
    """Set what opens the zip files that you get by mail; in Slack or on the command line only."""
    if passphrase is None:
        return file_policies.show_passphrase(session, actor, settings=settings)
    return file_policies.set_passphrase(session, actor, passphrase, now=now, settings=settings)


@command("revoke", examples=["revoke", "revoke ann@uni.example"])
def revoke(
    session: Session, actor: Actor, email: EmailAddress | None = None, *, now: datetime
) -> AddressesRevoked:
    """End every reply address of your mail, or as an administrator those of another user."""
    return reply_addresses.revoke(session, actor, email, now=now)
