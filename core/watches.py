"""Numbers that a user wants to hear about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.actors import Actor
from core.refusals import limit
from core.tables import Watch
from core.trf_numbers import TrfNumber

MOST = 500


@dataclass(frozen=True, slots=True)
class WatchSet:
    """Whether a number is watched now, and every number that this user watches."""

    trf_number: str
    watching: bool
    watched: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """`watch` names the number; `watched` lists all of the user's."""
        return {
            "watch": {"trf_number": self.trf_number, "watching": self.watching},
            "watched": list(self.watched),
        }


def watch(session: Session, actor: Actor, number: TrfNumber, *, now: datetime) -> WatchSet:
    """Tell this user when the record of the number appears or changes; safe to repeat."""
    watched = _watched(session, actor)
    if number not in watched:
        if len(watched) >= MOST:
            raise limit(
                "too_many_watches",
                "You watch {most} numbers already. `unwatch` one of them first.",
                most=MOST,
            )
        session.add(
            Watch(
                user_id=actor.person(),
                organisation_id=actor.organisation_id,
                trf_number=number,
                created_at=now,
            )
        )
        audit.record(session, actor, "watch:set", now=now, subject=number)
    return WatchSet(number, watching=True, watched=tuple(sorted({*watched, number})))


def unwatch(session: Session, actor: Actor, number: TrfNumber, *, now: datetime) -> WatchSet:
    """Stop telling this user about the number; safe to repeat."""
    row = session.get(Watch, (actor.person(), str(number)))
    if row is not None:
        session.delete(row)
        audit.record(session, actor, "watch:removed", now=now, subject=number)
    rest = tuple(one for one in _watched(session, actor) if one != number)
    return WatchSet(number, watching=False, watched=rest)


def _watched(session: Session, actor: Actor) -> list[str]:
    return list(
        session.exec(
            select(Watch.trf_number)
            .where(Watch.user_id == actor.person())
            .order_by(col(Watch.trf_number))
        )
    )
