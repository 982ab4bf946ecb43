"""Changes that must follow one another, also among several processes."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session, select

from core.actors import Actor
from core.tables import Organisation

LOADS = 7_315_201
"""PostgreSQL's advisory lock of whoever adds results or deletes them."""


def wait_for_turn(session: Session, actor: Actor) -> None:
    """Wait until no other such change of the organisation is under way; held until the commit.

    The weaker of PostgreSQL's row locks, since a load that is under way refers to the
    organisation and must not be waited for. SQLite has one writer anyway.
    """
    session.exec(
        select(Organisation.id)
        .where(Organisation.id == actor.organisation_id)
        .with_for_update(key_share=True)
    ).one()


def wait_for_loads(session: Session) -> None:
    """Wait until no load and no purge is under way; held until the commit.

    SQLite has one writer anyway.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({LOADS})"))
