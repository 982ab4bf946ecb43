"""Records of the API into the database, the way of every results file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import structlog
from sqlmodel import Session

from core.intake.ingested import Ingested
from core.intake.load import ingest
from core.intake.rejects import Rejects
from core.phrases import Phrase
from core.sources.answers import Record
from core.terms import DateFormat, Surface

log = structlog.get_logger(__name__)

NAME = "results-api"
DATES = DateFormat.COMPACT
"""As the API writes dates (IELTS-API.md)."""


class CountedRejects(Rejects):
    """Bad records are counted and their problems logged; no file with people's data is left."""

    def __init__(self) -> None:
        super().__init__(Path(NAME))

    def add(self, line: int, row: Sequence[str], problem: Phrase) -> None:  # noqa: ARG002
        """Say what is wrong, never with whom."""
        log.warning("record-rejected", source=NAME, record=line, problem=str(problem))


def take_in(
    session: Session,
    organisation_id: int,
    records: Iterable[Record],
    *,
    source: str,
    deliver: bool,
    now: datetime,
) -> Ingested | None:
    """Load records; None, and nothing is written, where they say nothing new."""
    document = json.dumps({"results": list(records)}).encode()
    attempt = session.begin_nested()
    told = ingest(
        session,
        organisation_id,
        io.BytesIO(document),
        source=source,
        date_format=DATES,
        rejects=CountedRejects(),
        deliver=deliver,
        surface=Surface.SCHEDULER if deliver else Surface.API,
        now=now,
    )
    if told.new or told.changed or told.delivered:
        attempt.commit()
        return told
    attempt.rollback()
    return None
