"""How sending to a webhook endpoint goes, and when it is given a rest."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from core import audit
from core.endpoint_notices import owe_pause
from core.tables import WebhookEndpoint
from core.terms import Surface

LONGEST = timedelta(days=3)
"""After so long without one success an endpoint is paused."""
SHORTEST_REST, LONGEST_REST = 15.0, 3600.0


def note_success(session: Session, endpoint_id: int, *, now: datetime) -> None:
    """It took an event: whatever was wrong is over."""
    row = session.get_one(WebhookEndpoint, endpoint_id, with_for_update=True)
    row.delivered_at, row.failing_since, row.retry_at, row.last_error = now, None, None, ""
    session.add(row)


def note_failure(
    session: Session,
    endpoint_id: int,
    reason: str,
    *,
    rest: float | None,
    gone: bool,
    now: datetime,
) -> datetime | None:
    """It did not take an event; until when nothing is sent to it, None if others may be.

    `rest` are the seconds that it asked for, None where only this event is refused. It rests
    longer the longer it fails. One that is gone, or failed for LONGEST, is paused.
    """
    row = session.get_one(WebhookEndpoint, endpoint_id, with_for_update=True)
    since = row.failing_since = row.failing_since or now
    row.last_error = reason[:500]
    if rest is not None:
        grown = min(max((now - since).total_seconds() / 2, SHORTEST_REST), LONGEST_REST)
        row.retry_at = now + timedelta(seconds=max(grown, rest))
    session.add(row)
    if gone or now - since >= LONGEST:
        _pause(session, row, now)
    return row.retry_at if rest is not None else None


def _pause(session: Session, row: WebhookEndpoint, now: datetime) -> None:
    if row.paused_at is not None:
        return
    row.paused_at = now
    owe_pause(session, row, now=now)
    audit.record_system(
        session,
        row.organisation_id,
        "webhook:paused",
        now=now,
        surface=Surface.SCHEDULER,
        subject=str(row.id),
        reason=row.last_error,
    )
