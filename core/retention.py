"""Retention: what is past its time is deleted, the audit trail last."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session, col

from core import audit
from core.settings import Settings
from core.tables import (
    AuditEvent,
    Change,
    Enquiry,
    LookUpCount,
    Photo,
    Preference,
    Result,
    Verification,
)
from core.terms import Surface

KEPT_COUNTS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each kind were deleted."""

    photos: int
    results: int
    changes: int
    verifications: int
    enquiries: int
    audit_events: int

    def document(self) -> dict[str, Any]:
        """`purged` with a count for each kind."""
        return {"purged": asdict(self)}


def purge(session: Session, *, now: datetime, settings: Settings) -> Purged:
    """Delete by the settings' ages: results and photos by test date, the rest by when it was."""

    def past(days: int) -> datetime:
        return now - timedelta(days=days)

    tested_before = past(settings.keep_photos_days).date().isoformat()
    old = select(col(Result.id)).where(col(Result.test_date) < tested_before)
    looked_up = past(settings.keep_verifications_days)
    purged = Purged(
        photos=_delete(session, Photo, col(Photo.result_id).in_(old)),
        results=_delete(
            session,
            Result,
            col(Result.test_date) < past(settings.keep_results_days).date().isoformat(),
        ),
        changes=_delete(session, Change, col(Change.changed_at) < looked_up),
        verifications=_delete(session, Verification, col(Verification.looked_up_at) < looked_up),
        enquiries=_delete(session, Enquiry, col(Enquiry.opened_at) < looked_up),
        audit_events=_delete(
            session, AuditEvent, col(AuditEvent.at) < past(settings.keep_audit_days)
        ),
    )
    _delete(session, LookUpCount, col(LookUpCount.hour) < f"{now - KEPT_COUNTS:%Y-%m-%dT%H}")
    _forget_codes(session, now)
    audit.record_system(
        session, None, "retention:purged", now=now, surface=Surface.CONSOLE, **asdict(purged)
    )
    return purged


def _delete(session: Session, table: type[Any], condition: ColumnElement[bool]) -> int:
    done = session.execute(
        delete(table).where(condition), execution_options={"synchronize_session": False}
    )
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


def _forget_codes(session: Session, now: datetime) -> None:
    expired = select(Preference).where(col(Preference.code_expires_at) < now)
    for row in session.scalars(expired):
        row.pending_address = row.code_hash = row.code_expires_at = None
