"""Watched numbers, asked about now and then within what the day's quota leaves over."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from core.database import Database
from core.live_checks import is_asked
from core.settings import Settings
from core.sources import live, quota
from core.tables import LiveCheck, Watch
from core.trf_numbers import TrfNumber

EVERY = timedelta(hours=6)
AFTER_FAILURE = timedelta(minutes=30)
MOST = 50
SECONDS = 60.0
KEPT_FOR_PEOPLE = 0.5
"""The share of a day's requests that watches leave to look-ups and polls."""


def tick(database: Database, settings: Settings, now: datetime) -> int:
    """Ask about those that were asked about longest ago; how many were answered."""
    if not is_asked(settings):
        return 0
    with database.reading() as session:
        spare = quota.left_today(session, settings, now) - round(
            settings.ielts_api_requests_per_day * KEPT_FOR_PEOPLE
        )
        due = _due(session, now, min(spare, MOST)) if spare > 0 else {}
    return sum(
        live.ask(database, settings, organisation_id, numbers, now=now, seconds=SECONDS)
        for organisation_id, numbers in due.items()
    )


def _due(session: Session, now: datetime, most: int) -> dict[int, list[TrfNumber]]:
    """By an organisation that watches them."""
    last = col(LiveCheck.answered_at)
    rows = session.execute(
        select(col(Watch.trf_number), col(Watch.organisation_id))
        .outerjoin(LiveCheck, col(LiveCheck.trf_number) == col(Watch.trf_number))
        .where(
            or_(last.is_(None), last <= now - EVERY),
            or_(
                col(LiveCheck.failed_at).is_(None),
                col(LiveCheck.failed_at) <= now - AFTER_FAILURE,
            ),
        )
        .order_by(last.is_not(None), last, col(Watch.trf_number))
        .limit(most)
    )
    due: defaultdict[int, list[TrfNumber]] = defaultdict(list)
    seen = set()
    for number, organisation_id in rows:
        if number not in seen:
            seen.add(number)
            due[organisation_id].append(TrfNumber(number))
    return due
