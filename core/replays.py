"""Events sent again: what an endpoint missed, or what its receiver lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import Session, col

from core.endpoints import endpoint
from core.outbox import Owed, owe
from core.tables import Arrival, Download, Verification, WebhookEndpoint
from core.versions import Position
from core.webhooks import DOWNLOAD, VERIFICATION, following, owed_plain, owed_result, relied


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events an endpoint gets again."""

    endpoint_id: int
    events: int

    def document(self) -> dict[str, Any]:
        """`replayed` with the webhook and the number of events."""
        return {"replayed": {"webhook": self.endpoint_id, "events": self.events}}


def replay(session: Session, endpoint_id: int, *, since: datetime | None, now: datetime) -> int:
    """Send again what happened since a moment, else since it fails; a paused one goes on.

    How many events that makes. Raise Refusal if there is no such endpoint.
    """
    row = endpoint(session, endpoint_id)
    start = since or row.failing_since or row.created_at
    row.failing_since = row.retry_at = row.paused_at = None
    session.add(row)
    session.flush()
    mark = uuid4().hex[:8]
    return owe(session, _since(session, row, start, mark), now=now)


def _since(session: Session, row: WebhookEndpoint, start: datetime, mark: str) -> Iterator[Owed]:
    yield from _results_since(session, row, start, mark)
    own: Any
    for kind, own, moment in (
        (VERIFICATION, Verification, Verification.looked_up_at),
        (DOWNLOAD, Download, Download.downloaded_at),
    ):
        ids = session.scalars(
            select(own.id)
            .where(own.organisation_id == row.organisation_id, col(moment) >= start)
            .order_by(own.id)
        )
        yield from (owed_plain(row, kind, one, mark) for one in ids)


def _results_since(
    session: Session, row: WebhookEndpoint, start: datetime, mark: str
) -> Iterable[Owed]:
    first = session.scalar(
        select(col(Arrival.id))
        .where(col(Arrival.arrived_at) >= start)
        .order_by(col(Arrival.arrived_at), col(Arrival.id))
        .limit(1)
    )
    if first is None:
        return
    for place in following(session, row.organisation_id, Position(first - 1, 2**31 - 1)):
        yield owed_result(row, place, mark)
    yield from relied(session, row, first, mark)
