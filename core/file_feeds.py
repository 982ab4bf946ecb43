"""Organisations that are sent files, by hand or by mail: has none come for unusually long?

Some are sent one a day and some one a term, so what is usual is learnt from their last files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, or_, select

from core.feed_notices import tell
from core.phrases import Phrase, counted, say
from core.settings import Settings
from core.sources.arrivals import NAME
from core.tables import Arrival, Feed, Organisation
from core.terms import Service

LAST = 10
"""Files from which is learnt what is usual."""
LEAST = 3
"""Fewer were no feed but somebody trying."""
PATIENCE = 2
DAY = timedelta(days=1)
SILENT, WELL = "silent", ""
WELL_AGAIN = say("Results files are coming again. Nothing needs to be done.")


def tick(session: Session, settings: Settings, now: datetime) -> int:
    """Tell each organisation's administrators of a change; how many messages."""
    fed = select(Organisation.id).where(Organisation.service != Service.VERIFICATION.value)
    return sum(_look(session, one, settings, now) for one in session.exec(fed) if one)


def longest_wait(came: Sequence[datetime]) -> timedelta:
    """Between two of these arrivals, the newest first."""
    return max((late - early for late, early in pairwise(came)), default=timedelta())


def _look(session: Session, organisation_id: int, settings: Settings, now: datetime) -> int:
    came = _arrivals(session, organisation_id)
    if len(came) < LEAST:
        return 0
    name = f"files:{organisation_id}"
    row = session.get(Feed, name, with_for_update=True) or Feed(name=name)
    usual = longest_wait(came)
    patience = max(usual * PATIENCE, timedelta(hours=settings.feed_alarm_hours))
    state = SILENT if now - came[0] >= patience else WELL
    if state == row.alarm:
        return 0
    row.alarm = state
    session.add(row)
    sentence = _silence(came[0], usual) if state == SILENT else WELL_AGAIN
    return tell(session, organisation_id, sentence, is_well=state == WELL, now=now)


def _arrivals(session: Session, organisation_id: int) -> Sequence[datetime]:
    """When files last brought something, the newest first."""
    return session.exec(
        select(Arrival.arrived_at)
        .where(
            Arrival.organisation_id == organisation_id,
            Arrival.source != NAME,
            or_(col(Arrival.delivered) > 0, col(Arrival.changed) > 0),
        )
        .order_by(col(Arrival.id).desc())
        .limit(LAST)
    ).all()


def _silence(last: datetime, usual: timedelta) -> Phrase:
    return counted(
        max(math.ceil(usual / DAY), 1),
        "The last results file that brought anything came on {day}; before that one came at "
        "least every day. If results should have come, look at what sends them, to `ingest` or "
        "by mail, or ask at stakeholder@ieltsusa.org.",
        "The last results file that brought anything came on {day}; before that one came at "
        "least every {n} days. If results should have come, look at what sends them, to `ingest` "
        "or by mail, or ask at stakeholder@ieltsusa.org.",
        day=f"{last:%Y-%m-%d}",
    )
