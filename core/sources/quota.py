"""How often the API may be asked, by all processes together: counted in the database."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from core.database import Database
from core.prepared import Prepared
from core.settings import Settings
from core.sources.failures import QuotaUsedUp
from core.tables import RequestCount

PATIENCE = 5.0
"""Seconds for which a request waits for its turn in a busy second."""
PAUSE = 0.05

_SPEND = Prepared(
    text(
        "INSERT INTO request_count (counted, used) VALUES (:counted, 1) "
        "ON CONFLICT (counted) DO UPDATE SET used = request_count.used + 1 "
        "WHERE request_count.used < :most RETURNING used"
    )
)


def spend(database: Database, settings: Settings, now: datetime) -> None:
    """Count one request before it is made; raise QuotaUsedUp if there is none left today.

    The day is by our clock. Seconds are by the real one, since the other side counts them.
    """
    until = time.monotonic() + PATIENCE
    while True:
        with database.transaction() as session:
            if _took(session, _second(), settings.ielts_api_requests_per_second):
                if _took(session, _day(now), settings.ielts_api_requests_per_day):
                    return
                raise QuotaUsedUp("The requests of today (UTC) are used up.")
        if time.monotonic() > until:
            raise QuotaUsedUp("Too many requests are waiting for their turn.")
        time.sleep(PAUSE)


def left_today(session: Session, settings: Settings, now: datetime) -> int:
    """How many more may be made today."""
    used = session.exec(select(RequestCount.used).where(RequestCount.counted == _day(now))).first()
    return max(settings.ielts_api_requests_per_day - (used or 0), 0)


def forget_old(session: Session, now: datetime) -> None:
    """Windows that are over count for nothing."""
    window = col(RequestCount.counted)
    for kind, current in (("second:%", _second()), ("day:%", _day(now))):
        session.execute(delete(RequestCount).where(window.like(kind), window < current))


def _took(session: Session, window: str, most: int) -> bool:
    """A conditional upsert: two at once cannot both have the last one."""
    return _SPEND.run(session, {"counted": window, "most": most}).fetchone() is not None


def _second() -> str:
    return f"second:{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"


def _day(now: datetime) -> str:
    return f"day:{now.astimezone(UTC):%Y-%m-%d}"
