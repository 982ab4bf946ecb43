"""Run one line of the grammar for one actor: the way in for every surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.actors import Actor
from core.commands.grammar import Parsed, parse
from core.commands.registry import Answer, Attachment, secret_in
from core.database import Database
from core.refusals import Refusal, forbidden
from core.settings import Settings
from core.terms import Surface
from core.together import kept

Heard = Callable[[int, int], None]
"""Hears how much is done, of how much."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, for whom it was found, and the topic of the command that gave it."""

    actor: Actor
    answer: Answer
    topic: str


Who = Callable[[Session], Actor]
Then = Callable[[Session, Reply], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A line, for whoever `who` finds; `then` does more in the same transaction."""

    who: Who
    line: str
    then: Then | None = None


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
    handed = {"now": now, "settings": settings, "attachments": attachments}
    return _call(session, actor, _parsed(actor, line), handed)


def run_for(
    database: Database,
    who: Who,
    line: str,
    *,
    now: datetime,
    settings: Settings,
    attachments: tuple[Attachment, ...] = (),
    then: Then | None = None,
    progress: Heard | None = None,
) -> Reply:
    """Run a line in a transaction of its own, for whoever `who` finds in it.

    `then` does more in the same transaction, such as owing a file. `progress` hears of how many
    numbers IELTS has answered, and of how many.
    """
    handed = {"now": now, "settings": settings, "attachments": attachments}
    if settings.ielts_api_url is not None:
        _ask_ahead(database, who, line, now, settings, progress)
    return kept(database, lambda session: _reply(session, who, line, handed, then))


def _reply(
    session: Session, who: Who, line: str, handed: dict[str, object], then: Then | None
) -> Reply:
    actor = who(session)
    parsed = _parsed(actor, line)
    reply = Reply(actor, _call(session, actor, parsed, handed), parsed.command.topic)
    if then is not None:
        then(session, reply)
    return reply


def _ask_ahead(
    database: Database,
    who: Who,
    line: str,
    now: datetime,
    settings: Settings,
    progress: Heard | None,
) -> None:
    """Ask the official results API before the transaction: nobody is to wait for it meanwhile."""
    try:
        parsed = parse(line)
    except Refusal:
        return  # refused in its turn, once it is known to whom
    if parsed.command.name != "verify":
        return
    from core.sources import live

    with database.reading() as session:
        actor = who(session)
    numbers = parsed.values["numbers"]
    live.refresh(database, settings, actor, numbers, now=now, progress=progress)


def _parsed(actor: Actor, line: str) -> Parsed:
    """Refuse a secret that came by mail before anything of it could be repeated."""
    if actor.surface is Surface.MAIL and (secret := secret_in(line)):
        raise forbidden(
            "not_by_mail",
            "A {name} is not taken by mail, where it stays in mailboxes. Nothing was changed: "
            "choose another one, and set it in Slack or on the command line.",
            name=secret.name,
        )
    return parse(line)


def _call(session: Session, actor: Actor, parsed: Parsed, handed: dict[str, object]) -> Answer:
    wanted = {name: handed[name] for name in parsed.command.handed}
    return parsed.command.call(session, actor, **parsed.values, **wanted)
