"""account."""

from __future__ import annotations

from sqlmodel import Session

from core import account
from core.account import AccountCard
from core.actors import Actor
from core.commands.registry import command


@command("account", examples=["account"])
def show_account(session: Session, actor: Actor) -> AccountCard:
    """Show the account's name, address and sample text for your website."""
    return account.account(session, actor)
