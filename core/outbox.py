"""The ledger: what is owed to whom, and what became of it (ENGINE.md).

It neither claims nor schedules work, that is the engine's. It is the record that an
administrator reads, and the fence against sending twice: a row goes from `ready` to `sending`
by a conditional update just before its send, and only its own worker takes it further.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from more_itertools import chunked
from sqlalchemy import ColumnElement, Row, select, update
from sqlmodel import Session, col

from core.engine import Queue, submit
from core.statements import affected, insert_new
from core.tables import Outgoing
from core.terms import Channel, Fate

SEND = "send"
"""The engine's job that sends a chunk of rows: core.courier."""

MAIL_LANE = "smtp"

CHUNK = {Channel.MAIL: 200, Channel.SLACK: 1, Channel.WEBHOOK: 100}
"""Rows a job: as jobs of one row, 100,000 would take a minute to enqueue (research/engine.md)."""

AFTER_CRASH = {Channel.MAIL: Fate.READY, Channel.WEBHOOK: Fate.READY, Channel.SLACK: Fate.HELD}
"""What becomes of a send in doubt: mail keeps its Message-ID and webhooks their id, so that a
repetition is recognised; a post in Slack waits for somebody to look."""

FIRST_DELAY, LONGEST_DELAY = 30.0, 4 * 3600.0
MOST_ATTEMPTS = 26
"""About three days of them; then nothing is tried again by itself."""
STALE = timedelta(minutes=15)
IN_DOUBT = "Its worker stopped during the send, which may have happened."

_OUTGOING = Outgoing.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing to be owed; a second one of the same key is not. See Outgoing for the rest."""

    channel: Channel
    lane: str
    key: str
    kind: str
    about: Mapping[str, Any]
    organisation_id: int | None = None
    user_id: int | None = None
    due_at: datetime | None = None


def owe(session: Session, owed: Iterable[Owed], *, now: datetime) -> int:
    """Write down what is owed and enqueue its sending, in this transaction; how many are new."""
    wanted = chunked((_row(one, now) for one in owed), 1000)
    rows = [row for some in wanted for row in _inserted(session, some)]
    enqueue(session, rows, now=now)
    return len(rows)


def enqueue(session: Session, rows: Sequence[Row[Any]], *, now: datetime) -> None:
    """Submit rows (id, channel, lane, due_at) in chunks of one lane and one moment."""
    lanes: defaultdict[tuple[Channel, str, datetime], list[int]] = defaultdict(list)
    for row in rows:
        lanes[Channel(row.channel), row.lane, max(row.due_at, now)].append(row.id)
    for (channel, lane, due_at), ids in lanes.items():
        delay = (due_at - now).total_seconds()
        for chunk in chunked(ids, CHUNK[channel]):
            submit(session, Queue(channel.value), SEND, chunk, lane=lane, delay=delay)


def begin(session: Session, row_id: int, worker: str, *, now: datetime) -> Outgoing | None:
    """Take a row for one send; None if it is not ready, not due, or somebody else's."""
    ready = (Outgoing.id == row_id, Outgoing.fate == Fate.READY.value, Outgoing.due_at <= now)
    taken = {"fate": Fate.SENDING.value, "worker": worker, "begun_at": now}
    counted = {"attempts": Outgoing.attempts + 1}
    if not _update(session, *ready, values=taken | counted):
        return None
    return session.get_one(Outgoing, row_id)


def sent(session: Session, row: Outgoing, external_id: str, *, now: datetime) -> bool:
    """Its receiver has it. False if the row was taken away from this worker meanwhile."""
    return _end(session, row, Fate.SENT, now, external_id=external_id[:255], last_error="")


def drop(session: Session, row: Outgoing, reason: str, *, now: datetime) -> bool:
    """Nobody wants it any more."""
    return _end(session, row, Fate.DROPPED, now, last_error=reason[:500])


def give_up(session: Session, row: Outgoing, reason: str, *, now: datetime) -> bool:
    """It was refused for good, or was tried for too long. `about` stays, for a retry by hand."""
    return _move(session, row, fate=Fate.DEAD.value, finished_at=now, last_error=reason[:500])


def hold(session: Session, row: Outgoing, reason: str) -> bool:
    """It may have been sent: somebody has to look."""
    return _move(session, row, fate=Fate.HELD.value, last_error=reason[:500])


def put_off(
    session: Session, row: Outgoing, reason: str, *, after: float | None = None, now: datetime
) -> bool:
    """Try again later, longer each time, or give up; `after` is the least wait in seconds."""
    if row.attempts >= MOST_ATTEMPTS:
        return give_up(session, row, reason, now=now)
    due_at = now + timedelta(seconds=max(delay(row.attempts), after or 0))
    if not _move(session, row, fate=Fate.READY.value, due_at=due_at, last_error=reason[:500]):
        return False
    enqueue(session, _open_rows(session, Outgoing.id == row.id), now=now)
    return True


def delay(attempts: int) -> float:
    """Seconds to wait after so many attempts: doubled each time, and never all at once."""
    doubled: float = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    return doubled * random.uniform(0.8, 1.2)  # noqa: S311  spreads load


def postpone(session: Session, ids: Sequence[int], *, after: float, now: datetime) -> None:
    """Rows not begun wait together, without counting as tried: their lane is down."""
    mine = (col(Outgoing.id).in_(ids), Outgoing.fate == Fate.READY.value)
    _update(session, *mine, values={"due_at": now + timedelta(seconds=after)})
    enqueue(session, _open_rows(session, *mine), now=now)


def repeats(channel: Channel) -> bool:
    """Whether a send in doubt is repeated, since its receiver recognises a repetition."""
    return AFTER_CRASH[channel] is Fate.READY


def settle(session: Session, worker: str) -> int:
    """Decide what becomes of the sends in doubt of a worker that is gone; how many there were."""
    settled = 0
    for channel, fate in AFTER_CRASH.items():
        in_doubt = (
            Outgoing.worker == worker,
            Outgoing.fate == Fate.SENDING.value,
            Outgoing.channel == channel.value,
        )
        values = {"fate": fate.value, "worker": None, "last_error": IN_DOUBT}
        settled += _update(session, *in_doubt, values=values)
    return settled


def sweep(session: Session, *, now: datetime, most: int = 10_000) -> int:
    """Enqueue again what is long due and still ready: whatever lost it, it is not lost."""
    c = _OUTGOING.c
    late = select(c.id).where(c.fate == Fate.READY.value, c.due_at < now - STALE)
    stale = late.order_by(c.due_at).limit(most).with_for_update(skip_locked=True)
    ids = list(session.scalars(stale))
    for some in chunked(ids, 500):
        postpone(session, some, after=0, now=now)
    return len(ids)


def _row(one: Owed, now: datetime) -> dict[str, Any]:
    return {
        "channel": one.channel.value,
        "lane": one.lane,
        "dedupe_key": one.key,
        "kind": one.kind,
        "about": dict(one.about),
        "organisation_id": one.organisation_id,
        "user_id": one.user_id,
        "due_at": one.due_at or now,
        "created_at": now,
        "fate": Fate.READY.value,
        "attempts": 0,
        "last_error": "",
        "external_id": "",
    }


def _inserted(session: Session, rows: list[dict[str, Any]]) -> Sequence[Row[Any]]:
    c = _OUTGOING.c
    fresh = insert_new(session, _OUTGOING, "dedupe_key")
    return session.execute(fresh.returning(c.id, c.channel, c.lane, c.due_at), rows).all()


def _open_rows(session: Session, *conditions: Any) -> Sequence[Row[Any]]:
    c = _OUTGOING.c
    return session.execute(select(c.id, c.channel, c.lane, c.due_at).where(*conditions)).all()


def _end(session: Session, row: Outgoing, fate: Fate, now: datetime, **values: Any) -> bool:
    """Nothing is owed any more, so what it was about is forgotten."""
    return _move(session, row, fate=fate.value, finished_at=now, about={}, **values)


def _move(session: Session, row: Outgoing, **values: Any) -> bool:
    mine = (
        Outgoing.id == row.id,
        Outgoing.fate == Fate.SENDING.value,
        Outgoing.worker == row.worker,
    )
    return bool(_update(session, *mine, values=values | {"worker": None}))


def _update(
    session: Session, *conditions: ColumnElement[bool] | bool, values: Mapping[str, Any]
) -> int:
    return affected(session, update(Outgoing).where(*conditions).values(values))  # type: ignore[arg-type]
