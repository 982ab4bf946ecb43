"""Events for an organisation's endpoints, by the Standard Webhooks scheme.

They are owed through the ledger like all that leaves the house, and composed when they are sent.
Every event can be made again from what the database holds, so nothing but its place is kept, and
a replay sends it with the same id. Events of one result follow one another: while an earlier one
waits, a later one does too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import bindparam, select, text
from sqlmodel import Session, col

from core.actors import Actor
from core.composing import Composition, Unwanted, composes
from core.endpoints import active, endpoint
from core.outbox import Owed, owe
from core.past_look_ups import line_of
from core.tables import Arrival, Download, Verification, WebhookEndpoint
from core.terms import Channel
from core.transports import LaneDown, NotSent
from core.versions import Position, positions, versions

RESULT, VERIFICATION, DOWNLOAD = "webhook-result", "webhook-verification", "webhook-download"

AFTER_EARLIER = 30.0
MOST_AT_ONCE = 5000

GONE = Unwanted("The endpoint was removed.")
PAUSED = Unwanted("The endpoint is paused. A replay sends what it missed.")
DELETED = Unwanted("What it is about is past its time and was deleted.")

_OPEN = text(
    "SELECT 1 FROM outgoing WHERE dedupe_key IN :keys AND fate IN ('ready', 'sending', 'held')"
).bindparams(bindparam("keys", expanding=True))
_EARLIER = text(
    "SELECT arrival_id FROM change WHERE result_id = :result AND arrival_id < :arrival "
    "UNION SELECT arrival_id FROM delivery WHERE result_id = :result "
    "AND organisation_id = :organisation AND arrival_id < :arrival "
    "UNION SELECT arrival_id FROM first_arrival WHERE result_id = :result "
    "AND organisation_id = :organisation AND arrival_id < :arrival"
)


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One event on its way to one endpoint; `event_id` is the same at every attempt.

    `was_well` is when the endpoint last took one, None if it fails since.
    """

    endpoint_id: int
    url: str
    secret: str = field(repr=False)
    event_id: str
    body: bytes = field(repr=False)
    was_well: datetime | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events an endpoint gets again."""

    endpoint_id: int
    events: int

    def document(self) -> dict[str, Any]:
        """`replayed` with the webhook and the number of events."""
        return {"replayed": {"webhook": self.endpoint_id, "events": self.events}}


def owe_results(session: Session, arrival: Arrival) -> Iterator[Owed]:
    """What an arrival brought or changed, for every endpoint that is concerned."""
    assert arrival.id is not None  # noqa: S101  flushed
    start = Position(arrival.id - 1, 2**31 - 1)
    for one in active(session):
        for place in _following(session, one.organisation_id, start):
            yield _result(one, place)


def owe_verifications(
    session: Session, actor: Actor, numbers: Sequence[str], *, now: datetime
) -> None:
    """Look-ups that were just made, by whatever surface."""
    made = session.scalars(
        select(col(Verification.id)).where(
            col(Verification.organisation_id) == actor.organisation_id,
            col(Verification.looked_up_at) == now,
            col(Verification.trf_number).in_(numbers),
        )
    ).all()
    hooks = active(session, actor.organisation_id)
    ids = [row_id for row_id in made if row_id is not None]
    owe(session, [_plain(one, VERIFICATION, row_id) for one in hooks for row_id in ids], now=now)


def owe_download(session: Session, row: Download, *, now: datetime) -> None:
    """A download that was just made."""
    assert row.id is not None  # noqa: S101  flushed
    hooks = active(session, row.organisation_id)
    owe(session, [_plain(one, DOWNLOAD, row.id) for one in hooks], now=now)


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


@composes(RESULT)
def _result_event(work: Composition) -> WebhookCall | Unwanted:
    row = _receiver(work)
    if isinstance(row, Unwanted):
        return row
    place = Position(work.row.about["arrival"], work.row.about["result"])
    _wait_for_earlier(work, row, place)
    found = versions(work.session, row.organisation_id, [place])
    if not found:
        return DELETED
    document = found[0].document()
    event_id = f"result-{row.organisation_id}-{place}"
    return _call(row, event_id, document.pop("type"), document.pop("at"), document)


@composes(VERIFICATION)
def _verification_event(work: Composition) -> WebhookCall | Unwanted:
    row = _receiver(work)
    if isinstance(row, Unwanted):
        return row
    made = work.session.get(Verification, work.row.about["id"])
    if made is None:
        return DELETED
    document = line_of(made).document()
    moment = document["looked_up_at"]
    return _call(row, f"verification-{made.id}", "verification.completed", moment, document)


@composes(DOWNLOAD)
def _download_event(work: Composition) -> WebhookCall | Unwanted:
    row = _receiver(work)
    if isinstance(row, Unwanted):
        return row
    made = work.session.get_one(Download, work.row.about["id"])
    moment = made.downloaded_at.isoformat()
    document = {
        "id": made.id,
        "downloaded_at": moment,
        "records": made.records,
        "user": made.user_name,
        "format": made.format,
        "template": made.template_name,
    }
    return _call(row, f"download-{made.id}", "download.created", moment, document)


def _receiver(work: Composition) -> WebhookEndpoint | Unwanted:
    """Where it goes; raise LaneDown while that is known not to answer."""
    row = work.session.get(WebhookEndpoint, int(work.row.lane))
    if row is None or row.removed_at is not None:
        return GONE
    if row.paused_at is not None:
        return PAUSED
    if row.retry_at is not None and row.retry_at > work.now:
        raise LaneDown("The endpoint fails.", (row.retry_at - work.now).total_seconds())
    return row


def _wait_for_earlier(work: Composition, row: WebhookEndpoint, place: Position) -> None:
    earlier = work.session.scalars(
        _EARLIER,
        {
            "result": place.result,
            "arrival": place.arrival,
            "organisation": row.organisation_id,
        },
    ).all()
    keys = [_key(row, Position(arrival_id, place.result)) for arrival_id in earlier]
    if keys and work.session.execute(_OPEN, {"keys": keys}).first() is not None:
        raise NotSent("An earlier event of this result is not delivered yet.", AFTER_EARLIER)


def _call(
    row: WebhookEndpoint, event_id: str, kind: str, moment: str, data: dict[str, Any]
) -> WebhookCall:
    document = {"type": kind, "timestamp": moment, "data": data}
    body = msgspec.json.encode(document, enc_hook=str)
    was_well = row.delivered_at if row.failing_since is None else None
    return WebhookCall(row.id or 0, row.url, row.secret, event_id, body, was_well)


def _following(session: Session, organisation_id: int, start: Position) -> Iterator[Position]:
    """Every position after `start`, in pages."""
    while found := positions(session, organisation_id, since=start, most=MOST_AT_ONCE):
        yield from found
        start = found[-1]


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
        yield from (_plain(row, kind, one, mark) for one in ids)


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
    for place in _following(session, row.organisation_id, Position(first - 1, 2**31 - 1)):
        yield _result(row, place, mark)


def _result(row: WebhookEndpoint, place: Position, mark: str = "") -> Owed:
    about = {"arrival": place.arrival, "result": place.result}
    return _owed(row, RESULT, _key(row, place, mark), about)


def _plain(row: WebhookEndpoint, kind: str, row_id: int, mark: str = "") -> Owed:
    return _owed(row, kind, f"{kind}:{row.id}:{row_id}{_marked(mark)}", {"id": row_id})


def _owed(row: WebhookEndpoint, kind: str, key: str, about: dict[str, Any]) -> Owed:
    return Owed(Channel.WEBHOOK, str(row.id), key, kind, about, row.organisation_id)


def _key(row: WebhookEndpoint, place: Position, mark: str = "") -> str:
    return f"{RESULT}:{row.id}:{place}{_marked(mark)}"


def _marked(mark: str) -> str:
    """A replay is owed beside what was sent before."""
    return f":{mark}" if mark else ""
