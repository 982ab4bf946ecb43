"""Mail that came in and was put aside, for the operator: listed, tried again, dropped.

Whose it is was not proven, so no organisation's administrator sees it. Of its sender no more is
shown than the user whose reply address it came to, else the domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core import audit, inbox
from core.inbox import Standing
from core.phrases import counted
from core.queue_cards import QueueChanged, ShuntedMail
from core.tables import Incoming, ReplyToken, User
from core.terms import Surface

MOST_LISTED = 200

_I = Incoming.__table__.c  # type: ignore[attr-defined]


def list_shunted(session: Session) -> tuple[ShuntedMail, ...]:
    """What somebody has to look at, oldest first, without its content."""
    rows = session.execute(
        _with_user(_I.id, _I.recipient, _I.sender, User.email, _I.received_at, _I.size)
        .add_columns(_I.last_error)
        .where(_I.fate == Standing.SHUNTED.value)
        .order_by(_I.received_at, _I.id)
        .limit(MOST_LISTED)
    )
    return tuple(
        ShuntedMail(row_id, desk, user or sender.rpartition("@")[2], *rest)
        for row_id, desk, sender, user, *rest in rows
    )


def shunted_ids(session: Session) -> list[int]:
    """All of them."""
    return list(session.scalars(select(_I.id).where(_I.fate == Standing.SHUNTED.value)))


def retry(session: Session, ids: Sequence[int], *, now: datetime) -> QueueChanged:
    """Work on each again; raise Refusal unless all of them were put aside."""
    _each(session, ids, inbox.retry, "mail:retried", now)
    n = len(ids)
    return QueueChanged(
        n, counted(n, "{n} mail is worked on again.", "{n} mails are worked on again.")
    )


def drop(session: Session, ids: Sequence[int], *, now: datetime) -> QueueChanged:
    """Forget each with its content; raise Refusal unless all of them were put aside."""
    _each(session, ids, inbox.drop, "mail:dropped", now)
    n = len(ids)
    return QueueChanged(n, counted(n, "{n} mail was dropped.", "{n} mails were dropped."))


def _each(
    session: Session,
    ids: Iterable[int],
    change: Callable[..., None],
    action: str,
    now: datetime,
) -> None:
    for row_id in ids:
        change(session, row_id, now=now)
        audit.record_system(
            session,
            session.scalar(_with_user(User.organisation_id).where(_I.id == row_id)),
            action,
            now=now,
            surface=Surface.CONSOLE,
            subject=f"M{row_id}",
        )


def _with_user(*columns: Any) -> Any:
    """Of mails, with the user whose reply address each came to, if it came to one."""
    return (
        select(*columns)
        .select_from(Incoming)
        .outerjoin(ReplyToken, col(ReplyToken.token_hash) == _I.token_hash)
        .outerjoin(User, col(User.id) == col(ReplyToken.user_id))
    )
