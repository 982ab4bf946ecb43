"""What is new at the official results API, taken in window by window.

A window and the cursor behind it are one transaction: killed anywhere, nothing is lost, and what
is read again is found unchanged and announced to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session, select

from core.database import Database
from core.organisations import organisation_named
from core.refusals import conflict, unavailable, usage
from core.settings import Settings
from core.sources import quota
from core.sources.arrivals import NAME, take_in
from core.sources.failures import Unanswered
from core.sources.windows import Window, windows
from core.tables import Feed, Organisation

OVERLAP = timedelta(minutes=10)
"""Read again each time, for records that appeared late under an earlier modification time."""
FIRST_REACH = timedelta(days=1)
"""How far the first poll of all looks back; `poll --since` looks further."""

Heard = Callable[[datetime], None]


@dataclass(slots=True)
class Polled:
    """What a poll brought; `rejects` is the file with bad records, `kept` are those in none yet."""

    windows: int = 0
    records: int = 0
    new: int = 0
    changed: int = 0
    rejected: int = 0
    delivered: int = 0
    rejects: str | None = None
    kept: int = 0
    upto: datetime | None = None

    def document(self) -> dict[str, Any]:
        """CONTRACT.md's counts of an arrival, over all windows, and up to when was read."""
        return {
            "windows": self.windows,
            "records": self.records,
            "new": self.new,
            "changed": self.changed,
            "rejected": self.rejected,
            "delivered": self.delivered,
            "rejects": self.rejects,
            "kept": self.kept,
            "upto": self.upto and self.upto.isoformat(),
        }


def is_polled(settings: Settings) -> bool:
    """Whether there is something to poll."""
    return settings.ielts_api_url is not None and settings.ielts_api_version == "1"


def tick(database: Database, settings: Settings, now: datetime) -> int:
    """Poll if that is configured; how many results came or changed. A failure is written down."""
    if not is_polled(settings) or _was_polled(database, settings, now):
        return 0
    try:
        polled = poll(database, settings, now)
    except Unanswered as failure:
        _note_failure(database, failure, now)
        return 0
    with database.transaction() as session:
        quota.forget_old(session, now)
    return polled.new + polled.changed


def poll(
    database: Database,
    settings: Settings,
    now: datetime,
    *,
    since: datetime | None = None,
    progress: Heard | None = None,
) -> Polled:
    """Take in what was modified since the cursor, or since a moment; raise Unanswered."""
    from core.sources.client import ResultsApi  # with httpx, which only who asks needs

    end = now.astimezone(UTC).replace(microsecond=0)
    with database.transaction() as session:
        organisation_id = delivered_to(session, settings)
        start = since or _start(_feed(session, now), end)
    polled = Polled()
    if start > end:
        raise usage("since_later", "{since} is later than now.", since=start.isoformat())
    with ResultsApi(settings, database, partial(_passing, now, datetime.now(UTC))) as source:
        for window in windows(source, start.replace(microsecond=0), end):
            with database.transaction() as session:
                _take(session, organisation_id, window, polled, now)
            if progress is not None:
                progress(window.end)
    return polled


def backfill(
    database: Database,
    settings: Settings,
    now: datetime,
    *,
    since: datetime | None,
    progress: Heard | None = None,
) -> Polled:
    """Poll because an operator wants to; raise Refusal with what to do if it cannot be done."""
    if not is_polled(settings):
        raise usage(
            "nothing_to_poll",
            "No results API that can be polled is configured. Set RESULTS_IELTS_API_URL, and "
            "RESULTS_IELTS_API_VERSION to 1.",
        )
    try:
        return poll(database, settings, now, since=since, progress=progress)
    except Unanswered as failure:
        _note_failure(database, failure, now)
        raise unavailable(
            "api_unanswered",
            "The official results API could not be read: {reason} Its transaction id is {id}. "
            "What was read is kept; the same command goes on from there.",
            reason=failure.reason,
            id=failure.transaction_id or "unknown",
        ) from None


def delivered_to(session: Session, settings: Settings) -> int:
    """The organisation that polled results are for; raise Refusal if that is not clear."""
    if settings.ielts_api_organisation is not None:
        found = organisation_named(session, settings.ielts_api_organisation).id
        assert found is not None  # noqa: S101  it came from the database
        return found
    ids = session.exec(select(Organisation.id).limit(2)).all()
    if len(ids) != 1 or ids[0] is None:
        raise conflict(
            "whose_results",
            "There is not exactly one organisation, so say whose results are polled with "
            "RESULTS_IELTS_API_ORGANISATION.",
        )
    return ids[0]


def feed(session: Session) -> Feed | None:
    """How the polling goes, once it was tried; locked until the commit."""
    return session.get(Feed, NAME, with_for_update=True)


def _was_polled(database: Database, settings: Settings, now: datetime) -> bool:
    """Whether it is too early; one that failed is tried again at the next tick."""
    with database.reading() as session:
        row = session.get(Feed, NAME)
    if row is None or row.polled_at is None or row.failing_since is not None:
        return False
    return now - row.polled_at < timedelta(minutes=settings.ielts_api_poll_minutes)


def _passing(began: datetime, real: datetime) -> datetime:
    """The clock of the poll, which goes on while it lasts."""
    return began + (datetime.now(UTC) - real)


def _start(row: Feed, end: datetime) -> datetime:
    if row.read_upto is None:
        return end - FIRST_REACH
    return min(row.read_upto, end) - OVERLAP


def _feed(session: Session, now: datetime) -> Feed:
    row = feed(session)
    if row is None:
        row = Feed(name=NAME, brought_at=now)
        session.add(row)
        session.flush()
    return row


def _take(
    session: Session, organisation_id: int, window: Window, polled: Polled, now: datetime
) -> None:
    """One window and the cursor behind it."""
    row = _feed(session, now)
    told = None
    if window.records:
        told = take_in(session, organisation_id, window.records, source=NAME, deliver=True, now=now)
    if row.read_upto is None or window.start <= row.read_upto:
        row.read_upto = max(row.read_upto or window.end, window.end)
    row.polled_at, row.failing_since, row.error = now, None, ""
    if told is not None and told.delivered:
        row.brought_at = now
    session.add(row)
    polled.windows += 1
    polled.records += len(window.records)
    polled.upto = window.end
    if told is not None:
        for name in ("new", "changed", "rejected", "delivered"):
            setattr(polled, name, getattr(polled, name) + getattr(told, name))


def _note_failure(database: Database, failure: Unanswered, now: datetime) -> None:
    with database.transaction() as session:
        row = _feed(session, now)
        row.failing_since = row.failing_since or now
        row.error = f"{failure.code}: {failure.reason} [{failure.transaction_id}]"[:500]
        session.add(row)
