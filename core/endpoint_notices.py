"""Administrators hear, once, that an endpoint is sent nothing any more, and how it goes on."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col

from core.composing import Composition, Unwanted, composes
from core.notices import WebhookPaused
from core.outbox import owe
from core.routes import routes
from core.tables import User, WebhookEndpoint
from core.terms import Role

RESUMED = Unwanted("The webhook was resumed or removed meanwhile.")


def owe_pause(session: Session, row: WebhookEndpoint, *, now: datetime) -> None:
    """To every administrator of its organisation, by every way that they left on."""
    administrators = routes(
        session,
        col(User.organisation_id) == row.organisation_id,
        col(User.role) == Role.ADMINISTRATOR.value,
    )
    key, about = f"{row.id}:{now.isoformat()}", {"endpoint": row.id}
    owe(session, [one.owed(key, WebhookPaused.KIND, about) for one in administrators], now=now)


@composes(WebhookPaused.KIND)
def _paused(work: Composition) -> WebhookPaused | Unwanted:
    row = work.session.get(WebhookEndpoint, work.row.about["endpoint"])
    if row is None or row.removed_at is not None or row.paused_at is None:
        return RESUMED
    return WebhookPaused(
        row.id or 0, urlsplit(row.url).hostname or "", row.last_error, row.failing_since
    )
