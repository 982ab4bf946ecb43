"""The audit trail: written in the transaction of the deed, never changed, exported whole."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TextIO

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.actors import Actor
from core.formulas import neutralised
from core.prepared import PreparedInsert
from core.tables import AuditEvent, User

_INSERT = PreparedInsert(AuditEvent.__table__)  # type: ignore[attr-defined]


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    now: datetime,
    subject: str = "",
    outcome: str = "",
    **details: object,
) -> None:
    """Add one event for this actor; `details` must hold no candidate's values."""
    _INSERT.run(
        session,
        {
            "organisation_id": actor.organisation_id,
            "user_id": actor.user_id,
            "user_name": actor.name,
            "surface": actor.surface.value,
            "at": now,
            "action": action,
            "subject": subject,
            "outcome": outcome,
            "details": json.dumps(details, ensure_ascii=False) if details else "{}",
        },
    )


def record_system(
    session: Session,
    organisation_id: int | None,
    action: str,
    *,
    now: datetime,
    surface: str,
    subject: str = "",
    **details: object,
) -> None:
    """Add one event that no user did: an operator at the console, or the scheduler."""
    _INSERT.run(
        session,
        {
            "organisation_id": organisation_id,
            "user_id": None,
            "user_name": "",
            "surface": surface,
            "at": now,
            "action": action,
            "subject": subject,
            "outcome": "",
            "details": json.dumps(details, ensure_ascii=False) if details else "{}",
        },
    )


COLUMNS = ("at", "user", "email", "surface", "action", "subject", "outcome", "details")


def export(
    session: Session,
    organisation_id: int,
    stream: TextIO,
    *,
    since: datetime | None,
    format: str,
) -> int:
    """Write the trail, oldest first, as `csv` or `jsonl`; give the number of events.

    The user's name is the one at that time, the address the one that was enrolled.
    """
    statement = (
        select(*_selected())
        .outerjoin(User, col(User.id) == col(AuditEvent.user_id))
        .where(col(AuditEvent.organisation_id) == organisation_id)
        .order_by(col(AuditEvent.at), col(AuditEvent.id))
        .execution_options(yield_per=1000)
    )
    if since is not None:
        statement = statement.where(col(AuditEvent.at) >= since)
    write = _csv_line(stream) if format == "csv" else _json_line(stream)
    written = 0
    for moment, *values in session.execute(statement):
        write([moment.isoformat(), *values])
        written += 1
    return written


def _selected() -> list[Any]:
    names = ("at", "user_name", "surface", "action", "subject", "outcome", "details")
    found = [getattr(AuditEvent, name) for name in names]
    return [*found[:2], func.coalesce(col(User.email), ""), *found[2:]]


def _csv_line(stream: TextIO) -> Callable[[list[str]], None]:
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    return lambda values: rows.writerow(map(neutralised, values))


def _json_line(stream: TextIO) -> Callable[[list[str]], None]:
    def write(values: list[str]) -> None:
        event = dict(zip(COLUMNS, values, strict=True))
        details = json.loads(event["details"])
        stream.write(json.dumps(event | {"details": details}, ensure_ascii=False) + "\n")

    return write
