"""What the official results API last said of a number, and how old that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from more_itertools import chunked
from sqlmodel import Session, col, select

from core.phrases import Phrase, counted, say
from core.settings import Settings
from core.tables import LiveCheck
from core.terms import Outcome

MOST_NAMED = 10_000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def is_asked(settings: Settings) -> bool:
    """Whether look-ups go to the API too."""
    return settings.ielts_api_url is not None


def checks_of(
    session: Session, numbers: Collection[str], settings: Settings
) -> Mapping[str, LiveCheck] | None:
    """What is known of each number that was ever asked about; None where nothing is asked."""
    if not is_asked(settings):
        return None
    found: dict[str, LiveCheck] = {}
    for some in chunked(map(str, numbers), MOST_NAMED):
        for row in session.exec(select(LiveCheck).where(col(LiveCheck.trf_number).in_(some))):
            found[row.trf_number] = row
    return found


def is_fresh(row: LiveCheck | None, now: datetime, settings: Settings) -> bool:
    """Whether it is good enough not to ask again yet."""
    if row is None or row.answered_at is None or failed(row):
        return False
    return now - row.answered_at < timedelta(minutes=settings.ielts_api_cache_minutes)


def failed(row: LiveCheck | None) -> bool:
    """Whether nobody could say when it was last asked."""
    if row is None or row.answered_at is None:
        return True
    return row.failed_at is not None and row.failed_at >= row.answered_at


def unanswered(row: LiveCheck | None) -> Phrase:
    """To somebody whose number we know nothing of: it is not `no match`."""
    reference = row.transaction_id if row is not None else ""
    if not reference:
        return say(
            "This number could not be checked with IELTS now, and no record of it was sent to "
            "us. That does not mean that there is none: try again later."
        )
    return say(
        "This number could not be checked with IELTS now, and no record of it was sent to us. "
        "That does not mean that there is none: try again later. If it goes on, tell your "
        "administrator this transaction id: {id}.",
        id=reference,
    )


def confirmed(row: LiveCheck, now: datetime) -> Phrase:
    """How old IELTS' own word is."""
    assert row.answered_at is not None  # noqa: S101  asked only then
    return say("IELTS confirmed it {ago}.", ago=_ago(now - row.answered_at))


def doubt(row: LiveCheck | None, now: datetime) -> Phrase | None:
    """What must be said beside a record that we have, if IELTS did not confirm it."""
    if failed(row):
        return _unconfirmed(row, now)
    if row is not None and row.outcome == Outcome.NO_MATCH.value:
        return say(
            "IELTS itself finds no record of this number. Do not rely on this one before you "
            "have asked at stakeholder@ieltsusa.org."
        )
    return None


def _unconfirmed(row: LiveCheck | None, now: datetime) -> Phrase:
    if row is None or row.answered_at is None:
        return say("IELTS could not be asked now: this is the record as it was sent to us.")
    return say(
        "IELTS could not be asked now: this is the record as it was {ago}.",
        ago=_ago(now - row.answered_at),
    )


def _ago(age: timedelta) -> Phrase:
    if age < timedelta(minutes=1):
        return say("just now")
    if age < HOUR:
        return counted(age // timedelta(minutes=1), "{n} minute ago", "{n} minutes ago")
    if age < DAY:
        return counted(age // HOUR, "{n} hour ago", "{n} hours ago")
    return counted(age // DAY, "{n} day ago", "{n} days ago")
