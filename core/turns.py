"""Changes of one organisation that must follow one another, also among several processes."""

from __future__ import annotations

from sqlmodel import Session, select

from core.actors import Actor
from core.tables import Organisation


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
