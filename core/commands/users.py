"""users and its verbs."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import users
from core.actors import Actor
from core.commands.converters import EmailAddress
from core.commands.registry import command
from core.terms import Role
from core.users import UserList


@command("users", administrator=True, examples=["users"])
def list_users(session: Session, actor: Actor) -> UserList:
    """List the users of your organisation."""
    return users.list_users(session, actor)


@command(
    "users add",
    administrator=True,
    examples=["users add Ann Bell ann@uni.example role=administrator"],
)
def add(
    session: Session,
    actor: Actor,
    first: str = "",
    family: str = "",
    email: EmailAddress = EmailAddress(""),  # noqa: B008  a constant
    *,
    role: Role = Role.USER,
    now: datetime,
) -> UserList:
    """Create a user or a backup Administrator."""
    names, address = _sorted_out([first, family, email])
    return users.add(
        session, actor, first=names[0], family=names[1], email=address, role=role, now=now
    )


@command("users remove", administrator=True, examples=["users remove ann@uni.example"])
def remove(session: Session, actor: Actor, email: EmailAddress, *, now: datetime) -> UserList:
    """Delete a user, who loses every right at once."""
    return users.remove(session, actor, email, now=now)


@command("users promote", administrator=True, examples=["users promote ann@uni.example"])
def promote(session: Session, actor: Actor, email: EmailAddress, *, now: datetime) -> UserList:
    """Make a user a backup Administrator."""
    return users.promote(session, actor, email, now=now)


@command("users demote", administrator=True, examples=["users demote ann@uni.example"])
def demote(session: Session, actor: Actor, email: EmailAddress, *, now: datetime) -> UserList:
    """Make an Administrator an ordinary user."""
    return users.demote(session, actor, email, now=now)


def _sorted_out(words: list[str]) -> tuple[list[str], str]:
    """Names and address: where a name was left out, the address stands in its place."""
    at = next((place for place, word in enumerate(words) if "@" in word), 2)
    return [*words[:at], *words[at + 1 :]], words[at]
