"""queue and its verbs: what the organisation is owed and did not get."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import queued
from core.actors import Actor
from core.commands.registry import command
from core.queue_cards import QueueChanged, Queued


@command("queue", administrator=True, examples=["queue"])
def list_queue(session: Session, actor: Actor) -> Queued:
    """List messages that wait, failed or are in doubt, and why."""
    return queued.list_queue(session, actor)


@command("queue retry", administrator=True, examples=["queue retry 12"])
def retry(session: Session, actor: Actor, number: int, *, now: datetime) -> QueueChanged:
    """Send one of them now; look first whether one in doubt has arrived."""
    return queued.retry(session, [number], actor, now=now)


@command("queue drop", administrator=True, examples=["queue drop 12"])
def drop(session: Session, actor: Actor, number: int, *, now: datetime) -> QueueChanged:
    """Never send one of them."""
    return queued.drop(session, [number], actor, now=now)
