"""The audit trail: written in the transaction of the deed, never changed, exported whole."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core.actors import Actor
from core.exports.csv import neutralised
from core.tables import AuditEvent

_INSERT = insert(AuditEvent.__table__)  # type: ignore[attr-defined]


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
    session.execute(
        _INSERT,
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
    session.execute(
        _INSERT,
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


COLUMNS = ("at", "user_name", "surface", "action", "subject", "outcome", "details")


def export(
    session: Session,
    organisation_id: int,
    stream: TextIO,
    *,
    since: datetime | None,
    format: str,
) -> int:
    """Write the trail, oldest first, as `csv` or `jsonl`; give the number of events."""
    statement = (
        select(AuditEvent)
        .where(AuditEvent.organisation_id == organisation_id)
        .order_by(col(AuditEvent.at), col(AuditEvent.id))
        .execution_options(yield_per=1000)
    )
    if since is not None:
        statement = statement.where(AuditEvent.at >= since)
    write = _csv_line(stream) if format == "csv" else _json_line(stream)
    written = 0
    for event in session.exec(statement):
        write(event)
        written += 1
    return written


def _csv_line(stream: TextIO) -> Callable[[AuditEvent], None]:
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(COLUMNS)

    def write(event: AuditEvent) -> None:
        values = [getattr(event, name) for name in COLUMNS[1:]]
        rows.writerow([event.at.isoformat(), *map(neutralised, values)])

    return write


def _json_line(stream: TextIO) -> Callable[[AuditEvent], None]:
    def write(event: AuditEvent) -> None:
        line = {name: getattr(event, name) for name in COLUMNS[1:-1]}
        details = json.loads(event.details)
        document = {"at": event.at.isoformat(), **line, "details": details}
        stream.write(json.dumps(document, ensure_ascii=False) + "\n")

    return write
