"""Records of the API into the database, the way of every results file."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from core.intake.ingested import Ingested
from core.intake.load import ingest
from core.intake.rejects import Rejects
from core.phrases import Phrase
from core.sources import rejected
from core.sources.answers import Record
from core.terms import DateFormat, Surface

log = logging.getLogger(__name__)
"""Of the standard library: without `serve` it writes to stderr, and stdout is for answers."""

NAME = "results-api"
DATES = DateFormat.COMPACT
"""As the API writes dates (IELTS-API.md)."""


class NotedRejects(Rejects):
    """Which records are bad, and why; no file with people's data is left."""

    def __init__(self) -> None:
        super().__init__(Path(NAME))
        self.problems: dict[int, Phrase] = {}

    def add(self, line: int, row: Sequence[str], problem: Phrase) -> None:  # noqa: ARG002
        """Note it by its place; say in the log what is wrong, never with whom."""
        self.problems[line - 1] = problem
        log.warning("record %d of the %s was rejected: %s", line, NAME, problem)


def take_in(
    session: Session,
    organisation_id: int,
    records: Sequence[Record],
    *,
    source: str,
    deliver: bool,
    now: datetime,
) -> Ingested | None:
    """Load records; None, and no arrival is written, where they say nothing new and none is bad.

    Bad ones of what is delivered are kept; what was only looked up can be asked for again.
    """
    document = json.dumps({"results": records}).encode()
    rejects = NotedRejects()
    attempt = session.begin_nested()
    told = ingest(
        session,
        organisation_id,
        io.BytesIO(document),
        source=source,
        date_format=DATES,
        rejects=rejects,
        deliver=deliver,
        surface=Surface.SCHEDULER if deliver else Surface.API,
        now=now,
    )
    is_news = bool(told.new or told.changed or told.delivered)
    (attempt.commit if is_news else attempt.rollback)()
    if deliver:
        rejected.keep(session, organisation_id, records, rejects.problems, now=now)
    return told if is_news or told.rejected else None
