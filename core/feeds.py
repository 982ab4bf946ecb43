"""The feed alarm: administrators hear once what is wrong, and once that it is well again.

The official API is judged here, files in core.file_feeds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from core import file_feeds
from core.database import Database
from core.feed_notices import tell
from core.phrases import Phrase, counted, say
from core.settings import Settings
from core.sources import rejected
from core.sources.failures import CredentialRefused
from core.sources.polling import delivered_to, feed, is_polled
from core.tables import Feed

FAILING_FOR = timedelta(hours=1)
"""A poll that failed once or twice is no news."""
BEFORE_EXPIRY = timedelta(days=14)
CREDENTIAL, FAILING, SILENT, EXPIRING, RECORDS, WELL = (
    "credential",
    "failing",
    "silent",
    "expiring",
    "records",
    "",
)


def tick(database: Database, settings: Settings, now: datetime) -> int:
    """Tell the administrators if the state of the feed is another; how many messages."""
    with database.transaction() as session:
        told = _tick_polled(session, settings, now) if is_polled(settings) else 0
        return told + file_feeds.tick(session, settings, now)


def _tick_polled(session: Session, settings: Settings, now: datetime) -> int:
    row = feed(session)
    if row is None:
        return 0
    bad = rejected.count(session)
    state = _state(row, settings, now, bad)
    if state == row.alarm:
        return 0
    row.alarm = state
    session.add(row)
    to = delivered_to(session, settings)
    sentence = _bad_records(session, bad) if state == RECORDS else _sentence(row, settings, state)
    return tell(session, to, sentence, is_well=state == WELL, now=now)


def _state(row: Feed, settings: Settings, now: datetime, bad: int) -> str:
    """What is wrong, the worst first."""
    if row.failing_since is not None:
        if row.error.startswith(f"{CredentialRefused.code}:"):
            return CREDENTIAL
        if now - row.failing_since >= FAILING_FOR:
            return FAILING
        return row.alarm
    if row.brought_at is not None and now - row.brought_at >= timedelta(
        hours=settings.feed_alarm_hours
    ):
        return SILENT
    expires = settings.ielts_api_secret_expires
    if expires is not None and now.date() >= expires - BEFORE_EXPIRY:
        return EXPIRING
    return RECORDS if bad else WELL


def _bad_records(session: Session, bad: int) -> Phrase:
    return counted(
        bad,
        "{n} record of the official results API could not be taken in and is kept ({problem}). "
        "Ask your operator to run `results-bot poll --rejects FILE`, to mend the file and to "
        "ingest it.",
        "{n} records of the official results API could not be taken in and are kept (one because: "
        "{problem}). Ask your operator to run `results-bot poll --rejects FILE`, to mend the file "
        "and to ingest it.",
        problem=rejected.newest_problem(session),
    )


def _sentence(row: Feed, settings: Settings, state: str) -> Phrase:
    if state == CREDENTIAL:
        return say(
            "The official results API refuses our client id or its secret: {error}. Ask your "
            "operator to set RESULTS_IELTS_API_CLIENT_SECRET anew.",
            error=row.error,
        )
    if state == FAILING:
        return say(
            "The official results API could not be read since {since} UTC: {error}. It is tried "
            "again every few minutes.",
            since=f"{row.failing_since:%Y-%m-%d %H:%M}",
            error=row.error,
        )
    if state == SILENT:
        return say(
            "The official results API has brought no new result for {hours} hours, although it "
            "answers. If results should have come, ask at stakeholder@ieltsusa.org.",
            hours=settings.feed_alarm_hours,
        )
    if state == EXPIRING:
        return say(
            "The secret for the official results API ends on {day}. Ask IELTS for a new one, and "
            "your operator to set it.",
            day=f"{settings.ielts_api_secret_expires:%Y-%m-%d}",
        )
    return say("Results are arriving from the official results API again, or can.")
