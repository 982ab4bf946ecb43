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

READ_AGAIN = say(
    "The official results API can be read again. Nothing needs to be done: what came meanwhile "
    "has been taken in, or is at the next poll."
)
NEWS = {
    SILENT: say("New results are arriving from the official results API again."),
    EXPIRING: say(
        "The secret for the official results API is a new one. Nothing needs to be done."
    ),
    RECORDS: say("All records of the official results API are taken in now."),
}
"""How it is well again, by what was wrong."""


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
    was, row.alarm = row.alarm, state
    session.add(row)
    to = delivered_to(session, settings)
    if state == WELL:
        sentence = NEWS.get(was, READ_AGAIN)
    elif state == RECORDS:
        sentence = _bad_records(bad)
    else:
        sentence = _sentence(row, settings, state)
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


def _bad_records(bad: int) -> Phrase:
    """Not what is wrong with them, which may repeat what stands in a record."""
    return counted(
        bad,
        "{n} record of the official results API could not be taken in and is kept. Ask your "
        "operator to run `results-bot poll --rejects FILE`, which writes it with what is wrong "
        "with it, to mend the file and to ingest it.",
        "{n} records of the official results API could not be taken in and are kept. Ask your "
        "operator to run `results-bot poll --rejects FILE`, which writes them with what is wrong "
        "with each, to mend the file and to ingest it.",
    )


def _sentence(row: Feed, settings: Settings, state: str) -> Phrase:
    if state == CREDENTIAL:
        return say(
            "The official results API refuses our client id or its secret. It said: {error} Ask "
            "your operator to set RESULTS_IELTS_API_CLIENT_SECRET anew. Nothing is lost: what is "
            "missing is taken in at the first poll after that.",
            error=_told(row),
        )
    if state == FAILING:
        return say(
            "The official results API could not be read since {since} UTC. It said: {error} It is "
            "tried again every few minutes. Nothing is lost: what is missing is taken in as soon "
            "as it answers.",
            since=f"{row.failing_since:%Y-%m-%d %H:%M}",
            error=_told(row),
        )
    if state == SILENT:
        return say(
            "The official results API has brought no new result for {hours} hours, although it "
            "answers. If results should have come, ask at stakeholder@ieltsusa.org.",
            hours=settings.feed_alarm_hours,
        )
    return say(
        "The secret for the official results API ends on {day}; from then on no result would come "
        "from it. Ask IELTS for a new one, and your operator to set it before that day.",
        day=f"{settings.ielts_api_secret_expires:%Y-%m-%d}",
    )


def _told(row: Feed) -> str:
    """What the API said, without the code that programs go by."""
    return row.error.partition(": ")[2] or row.error
