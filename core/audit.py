"""The audit trail: written in the transaction of the deed, never changed, exported whole."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from core.actors import Actor
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
