"""Look-ups that several people type at the same time, for the price of hardly more than one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlmodel import Session

from core.actors import Actor
from core.commands.grammar import Parsed, parse
from core.commands.run import Asked, Reply
from core.commands.verification import answer_of, look_up_of
from core.database import Database
from core.settings import Settings
from core.together import together
from core.verification import LookUp, verify_all

VERIFY = "verify"


def run_together(
    database: Database, asked: Sequence[Asked], *, now: datetime, settings: Settings
) -> Sequence[Reply | Exception]:
    """What came of several people's `verify` lines, each as if it had been run by itself."""
    return together(database, asked, partial(_replies, now=now, settings=settings))


def _replies(
    session: Session, asked: Sequence[Asked], *, now: datetime, settings: Settings
) -> list[Reply]:
    actors = {who: who(session) for who in dict.fromkeys(one.who for one in asked)}
    parsed = [parse(one.line) for one in asked]
    look_ups = [_look_up(actors[one.who], line) for one, line in zip(asked, parsed, strict=True)]
    tables = verify_all(session, look_ups, now=now, settings=settings)
    replies = [
        Reply(look_up.actor, answer_of(table), line.command.topic)
        for look_up, table, line in zip(look_ups, tables, parsed, strict=True)
    ]
    for one, reply in zip(asked, replies, strict=True):
        if one.then is not None:
            one.then(session, reply)
    return replies


def _look_up(actor: Actor, line: Parsed) -> LookUp:
    """Raise ValueError for any other line."""
    if line.command.name != VERIFY:
        raise ValueError(line.command.name)
    claimed = dict(line.values)
    return look_up_of(actor, claimed.pop("numbers"), claimed)
