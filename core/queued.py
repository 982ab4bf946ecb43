"""What is owed and not done, for whoever looks after it: listed, tried again, dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true, update
from sqlmodel import Session, col

from core import audit, outbox
from core.actors import Actor
from core.phrases import counted
from core.queue_cards import JobLine, QueueChanged, Queued, QueueLine
from core.refusals import missing
from core.shunted import list_shunted
from core.tables import Outgoing, TickRun, User
from core.terms import Fate, Surface

MOST_LISTED = 200
STUCK = (Fate.HELD.value, Fate.DEAD.value)
WAITING = (Fate.READY.value, Fate.SENDING.value)

_O = Outgoing.__table__.c  # type: ignore[attr-defined]


def list_queue(session: Session, actor: Actor | None = None) -> Queued:
    """What an organisation is owed; for the operator, who is no actor, all there is."""
    mine = _mine(actor)
    fates = select(_O.fate, func.count()).where(mine, _O.fate.in_(WAITING + STUCK))
    counts = dict(session.execute(fates.group_by(_O.fate)).all())
    return Queued(
        sum(counts.get(fate, 0) for fate in WAITING),
        sum(counts.get(fate, 0) for fate in STUCK),
        tuple(_lines(session, mine)),
        tuple(_jobs(session)) if actor is None else (),
        list_shunted(session) if actor is None else (),
    )


def retry(
    session: Session, ids: Sequence[int], actor: Actor | None = None, *, now: datetime
) -> QueueChanged:
    """Send now, with all attempts before it again; raise Refusal if none of them can be."""
    stuck = and_(_O.id.in_(ids), _O.fate.in_((*STUCK, Fate.READY.value)), _mine(actor))
    again = {"fate": Fate.READY.value, "due_at": now, "attempts": 0, "finished_at": None}
    found = _change(session, actor, stuck, again, "queue:retried", now)
    outbox.enqueue(session, found, now=now)
    return QueueChanged(
        len(found), counted(len(found), "{n} message is sent now.", "{n} messages are sent now.")
    )


def drop(
    session: Session, ids: Sequence[int], actor: Actor | None = None, *, now: datetime
) -> QueueChanged:
    """Never send; raise Refusal if none of them still waits."""
    open_ones = and_(_O.id.in_(ids), _O.fate.in_((*STUCK, Fate.READY.value)), _mine(actor))
    gone = {
        "fate": Fate.DROPPED.value,
        "finished_at": now,
        "about": {},
        "last_error": "Dropped by hand.",
    }
    found = _change(session, actor, open_ones, gone, "queue:dropped", now)
    return QueueChanged(
        len(found), counted(len(found), "{n} message was dropped.", "{n} messages were dropped.")
    )


def stuck_ids(session: Session, actor: Actor | None = None) -> list[int]:
    """What waits for somebody's decision."""
    return list(session.scalars(select(_O.id).where(_mine(actor), _O.fate.in_(STUCK))))


def _mine(actor: Actor | None) -> ColumnElement[bool]:
    if actor is None:
        return true()
    actor.require_administrator()
    mine: ColumnElement[bool] = _O.organisation_id == actor.organisation_id
    return mine


def _lines(session: Session, mine: ColumnElement[bool]) -> list[QueueLine]:
    rows = session.execute(
        select(
            _O.id,
            _O.kind,
            _O.channel,
            func.coalesce(col(User.email), _O.lane),
            _O.fate,
            _O.attempts,
            _O.due_at,
            _O.last_error,
        )
        .outerjoin(User, col(User.id) == _O.user_id)
        .where(mine, _O.fate.in_(WAITING + STUCK))
        .order_by(_O.fate.not_in(STUCK), _O.due_at, _O.id)
        .limit(MOST_LISTED)
    )
    return [QueueLine(*row) for row in rows]


def _jobs(session: Session) -> list[JobLine]:
    rows = session.scalars(select(TickRun).order_by(col(TickRun.job)))
    return [JobLine(row.job, row.ran_at, row.seconds, row.error) for row in rows]


def _change(
    session: Session,
    actor: Actor | None,
    which: ColumnElement[bool],
    values: dict[str, Any],
    action: str,
    now: datetime,
) -> Sequence[Any]:
    found = session.execute(
        update(Outgoing)
        .where(which)
        .values(values)
        .returning(_O.id, _O.channel, _O.lane, _O.due_at, _O.organisation_id),
        execution_options={"synchronize_session": False},
    ).all()
    if not found:
        raise missing(
            "nothing_queued",
            "Nothing of that waits here. `queue` lists what does, with its number.",
        )
    for row in found:
        if actor is not None:
            audit.record(session, actor, action, now=now, subject=str(row.id))
        else:
            audit.record_system(
                session,
                row.organisation_id,
                action,
                now=now,
                surface=Surface.CONSOLE,
                subject=str(row.id),
            )
    return found
