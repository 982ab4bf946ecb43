"""Retention: what is past its time is deleted, the audit trail last."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlmodel import Session, col

from core import audit, inbox, reply_tokens
from core.settings import Settings
from core.statements import affected, deleted
from core.tables import (
    AuditEvent,
    Change,
    Delivery,
    Enquiry,
    LiveCheck,
    LookUpCount,
    Outgoing,
    Photo,
    Preference,
    RejectedRecord,
    Result,
    SlackCard,
    SlackCode,
    SlackLink,
    User,
    Verification,
    Watch,
)
from core.terms import Surface
from core.turns import wait_for_loads

KEPT_COUNTS = timedelta(days=2)
"""Of look-ups by the hour: longer than any limit looks back."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each kind were deleted.

    What goes with a result, its photo, deliveries and old values, is not counted again.
    """

    photos: int
    results: int
    changes: int
    watches: int
    verifications: int
    enquiries: int
    preferences: int
    codes: int
    messages: int
    audit_events: int

    def document(self) -> dict[str, Any]:
        """`purged` with a count for each kind."""
        return {"purged": asdict(self)}


def purge(
    session: Session, *, now: datetime, settings: Settings, surface: Surface = Surface.SCHEDULER
) -> Purged:
    """Delete by the settings' ages: results and photos by test date, the rest by when it was."""
    results, photos, verifications, messages, trail = (
        now - timedelta(days=days)
        for days in (
            settings.keep_results_days,
            settings.keep_photos_days,
            settings.keep_verifications_days,
            settings.keep_messages_days,
            settings.keep_audit_days,
        )
    )
    wait_for_loads(session)
    deleted(session, Delivery, col(Delivery.result_id).in_(_tested_before(results)))
    purged = Purged(
        photos=deleted(session, Photo, col(Photo.result_id).in_(_tested_before(photos))),
        results=deleted(session, Result, col(Result.id).in_(_tested_before(results))),
        changes=deleted(session, Change, col(Change.changed_at) < verifications),
        watches=deleted(session, Watch, _watched_in_vain_since(results)),
        verifications=deleted(
            session, Verification, col(Verification.looked_up_at) < verifications
        ),
        enquiries=deleted(session, Enquiry, col(Enquiry.opened_at) < verifications),
        preferences=deleted(session, Preference, col(Preference.user_id).in_(_removed_users())),
        codes=_forget_codes(session, now),
        messages=deleted(session, Outgoing, col(Outgoing.finished_at) < messages),
        audit_events=deleted(session, AuditEvent, col(AuditEvent.at) < trail),
    )
    deleted(session, LiveCheck, _last_asked_before(verifications))
    deleted(session, RejectedRecord, col(RejectedRecord.rejected_at) < results)
    deleted(session, SlackCard, col(SlackCard.shown_at) < verifications)
    _purge_uncounted(session, now)
    audit.record_system(
        session, None, "retention:purged", now=now, surface=surface, **asdict(purged)
    )
    return purged


def _purge_uncounted(session: Session, now: datetime) -> None:
    """What was kept for a while only, or for users who are removed."""
    inbox.purge(session, now=now)
    reply_tokens.purge(session, now=now)
    deleted(session, LookUpCount, col(LookUpCount.hour) < f"{now - KEPT_COUNTS:%Y-%m-%dT%H}")
    for its in (SlackLink, SlackCode, SlackCard):
        deleted(session, its, col(its.user_id).in_(_removed_users()))


def _last_asked_before(moment: datetime) -> ColumnElement[bool]:
    """What IELTS said of a number goes with the look-ups that asked."""
    answered, failed = col(LiveCheck.answered_at), col(LiveCheck.failed_at)
    return and_(or_(answered.is_(None), answered < moment), or_(failed.is_(None), failed < moment))


def _tested_before(moment: datetime) -> Any:
    return select(col(Result.id)).where(col(Result.test_date) < moment.date().isoformat())


def _watched_in_vain_since(moment: datetime) -> ColumnElement[bool]:
    """A number without a record can still get one, but not after as long as one is kept."""
    found = select(col(Result.id)).where(col(Result.trf_number) == col(Watch.trf_number))
    return and_(col(Watch.created_at) < moment, ~found.exists())


def _removed_users() -> Any:
    return select(col(User.id)).where(col(User.removed_at).is_not(None))


def _forget_codes(session: Session, now: datetime) -> int:
    expired = (
        update(Preference)
        .where(col(Preference.code_expires_at) < now)
        .values(pending_address=None, code_hash=None, code_expires_at=None, code_tries=0)
    )
    return affected(session, expired)
