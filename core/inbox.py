"""Mail that came in: stored before its sender hears 250, then worked on, never lost, never twice.

A row is `ready` until it is done with (`done`, or `ignored` where nobody may be answered), or
until a bug shunts it; then somebody looks, and tries it again or drops it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from more_itertools import chunked
from sqlalchemy import ColumnElement, delete, select, update
from sqlmodel import Session, col

from core.engine import Queue, submit
from core.prepared import PreparedRows
from core.refusals import missing
from core.statements import affected
from core.tables import Incoming

TAKE_UP = "take-up"
"""The engine's job that works on a chunk of rows: mail.process."""

CHUNK = 20
STALE = timedelta(minutes=15)
KEPT = timedelta(days=30)
"""How long the identity of a mail is kept, for it to be recognised if it comes again."""

_I = Incoming.__table__  # type: ignore[attr-defined]
_NEW = PreparedRows(_I, "identity")


class Standing(StrEnum):
    """What became of a mail."""

    READY = "ready"
    DONE = "done"
    IGNORED = "ignored"
    SHUNTED = "shunted"
    DROPPED = "dropped"


class TakenElsewhereError(Exception):
    """Another worker has done this already."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail for one of our addresses, as it stands before anybody has read it."""

    identity: str
    recipient: str
    token_hash: str | None
    sender: str
    came_by: str
    raw: bytes


def store(session: Session, mails: Iterable[Arrived], *, now: datetime) -> int:
    """Keep the new ones and have them worked on, in this transaction; how many were new."""
    rows = [_row(one, now) for one in mails]
    if not rows:
        return 0
    ids = _NEW.run(session, rows)
    enqueue(session, ids)
    return len(ids)


def hold(session: Session, row_id: int, *, done: int) -> Incoming:
    """The row, locked until the commit; raise TakenElsewhereError if it is further than that."""
    row = session.scalars(
        select(Incoming).where(col(Incoming.id) == row_id).with_for_update()
    ).one_or_none()
    if row is None or row.fate != Standing.READY or len(row.answers) != done:
        raise TakenElsewhereError
    return row


def finish(
    session: Session, row: Incoming, standing: Standing, reason: str = "", *, now: datetime
) -> None:
    """Nothing is to be done any more, so what was in it is forgotten."""
    row.fate, row.last_error, row.finished_at = standing.value, reason[:500], now
    row.raw, row.answers = b"", []
    session.add(row)
    session.flush()


def shunt(session: Session, row_id: int, reason: str, *, now: datetime) -> None:
    """Put it aside for somebody to look at."""
    values = {"fate": Standing.SHUNTED.value, "last_error": reason[:500], "finished_at": now}
    _update(session, col(Incoming.id) == row_id, _is(Standing.READY), values=values)


def retry(session: Session, row_id: int, *, now: datetime) -> None:
    """Work on a shunted mail again; what was done of it is not done again."""
    again = {"fate": Standing.READY.value, "last_error": "", "finished_at": None}
    values = again | {"enqueued_at": now}
    _require(_update(session, col(Incoming.id) == row_id, _is(Standing.SHUNTED), values=values))
    enqueue(session, [row_id])


def give_back(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Have those of them that are not done worked on by another worker."""
    which = col(Incoming.id).in_(ids), _is(Standing.READY)
    left = list(session.scalars(select(_I.c.id).where(*which)))
    _update(session, *which, values={"enqueued_at": now})
    enqueue(session, left)


def drop(session: Session, row_id: int, *, now: datetime) -> None:
    """Forget a shunted mail."""
    gone: dict[str, Any] = {"fate": Standing.DROPPED.value, "raw": b"", "answers": []}
    values = gone | {"finished_at": now}
    _require(_update(session, col(Incoming.id) == row_id, _is(Standing.SHUNTED), values=values))


def sweep(session: Session, *, now: datetime, most: int = 1000) -> int:
    """Have what is long ready worked on again: whatever lost it, it is not lost."""
    late = select(_I.c.id).where(_is(Standing.READY), _I.c.enqueued_at < now - STALE)
    oldest = late.order_by(_I.c.received_at).limit(most).with_for_update(skip_locked=True)
    ids = list(session.scalars(oldest))
    _update(session, col(Incoming.id).in_(ids), values={"enqueued_at": now})
    enqueue(session, ids)
    return len(ids)


def purge(session: Session, *, now: datetime) -> int:
    """Forget that mails came, once they would not come again; how many."""
    old = _I.c.finished_at < now - KEPT, _I.c.fate != Standing.SHUNTED.value
    return affected(session, delete(Incoming).where(*old))


def enqueue(session: Session, ids: Sequence[int]) -> None:
    """Have these rows worked on."""
    for some in chunked(ids, CHUNK):
        submit(session, Queue.INBOX, TAKE_UP, some, lane="")


def _row(one: Arrived, now: datetime) -> dict[str, Any]:
    return {
        "identity": one.identity,
        "recipient": one.recipient,
        "token_hash": one.token_hash,
        "sender": one.sender[:320],
        "came_by": one.came_by,
        "raw": one.raw,
        "size": len(one.raw),
        "received_at": now,
        "enqueued_at": now,
        "fate": Standing.READY.value,
        "answers": [],
        "last_error": "",
    }


def _is(standing: Standing) -> ColumnElement[bool]:
    return col(Incoming.fate) == standing.value


def _update(session: Session, *which: ColumnElement[bool], values: dict[str, Any]) -> int:
    return affected(session, update(Incoming).where(*which).values(values))


def _require(found: int) -> None:
    if not found:
        raise missing(
            "no_such_mail",
            "No mail of this number was put aside. `queue list` shows those that were.",
        )
