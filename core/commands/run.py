"""Run one line of the grammar for one actor: the way in for every surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.actors import Actor
from core.commands import (  # noqa: F401  importing them registers the commands
    account,
    downloads,
    help,  # noqa: A004  the command's name
    preferences,
    templates,
    users,
    verification,
)
from core.commands.grammar import parse
from core.commands.registry import Answer, Attachment
from core.database import Database
from core.refusals import Kind, Refusal
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and for whom it was found."""

    actor: Actor
    answer: Answer


def run(
    session: Session,
    actor: Actor,
    line: str,
    *,
    now: datetime,
    settings: Settings,
    attachments: tuple[Attachment, ...] = (),
) -> Answer:
    """The answer to a line, in the caller's transaction; raise Refusal for an expected no."""
    parsed = parse(line)
    handed = {"now": now, "settings": settings, "attachments": attachments}
    wanted = {name: handed[name] for name in parsed.command.handed}
    return parsed.command.call(session, actor, **parsed.values, **wanted)


def run_for(
    database: Database,
    who: Callable[[Session], Actor],
    line: str,
    *,
    now: datetime,
    settings: Settings,
    attachments: tuple[Attachment, ...] = (),
) -> Reply:
    """Run a line in a transaction of its own, for whoever `who` finds in it.

    What a refused limit wrote is kept: the audit trail must show who tried too much.
    """
    with database.transaction() as session:
        actor = who(session)
        try:
            answer = run(session, actor, line, now=now, settings=settings, attachments=attachments)
            return Reply(actor, answer)
        except Refusal as refusal:
            if refusal.kind is not Kind.LIMIT:
                raise
            refused = refusal
    raise refused
