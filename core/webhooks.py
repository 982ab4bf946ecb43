"""Events for an organisation's endpoints, by the Standard Webhooks scheme.

They are owed through the ledger like all that leaves the house, and composed when they are sent.
Every event can be made again from what the database holds, so nothing but its place is kept, and
a replay sends it with the same id. Events of one result follow one another: while an earlier one
waits, a later one does too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, text
from sqlmodel import Session, col

from core.composing import Composition, Unwanted, composes
from core.endpoints import active
from core.outbox import Owed, owe
from core.past_look_ups import line_of
from core.records import HEADINGS as SHOWN
from core.tables import Arrival, Download, Verification, WebhookEndpoint
from core.terms import Channel
from core.transports import LaneDown, NotSent
from core.versions import Position, positions, versions

RESULT, VERIFICATION, DOWNLOAD = "webhook-result", "webhook-verification", "webhook-download"
RELIED = "webhook-relied"
"""A change of what was only verified: who relied on it must know too."""

AFTER_EARLIER = 30.0
MOST_AT_ONCE = 5000

GONE = Unwanted("The endpoint was removed.")
PAUSED = Unwanted("The endpoint is paused. A replay sends what it missed.")
DELETED = Unwanted("What it is about is past its time and was deleted.")

_OPEN = text(
    "SELECT 1 FROM outgoing WHERE dedupe_key IN :keys AND fate IN ('ready', 'sending', 'held')"
).bindparams(bindparam("keys", expanding=True))
_RELIED = text(
    "SELECT DISTINCT c.arrival_id, c.result_id FROM change c "
    "JOIN verification v ON v.result_id = c.result_id AND v.organisation_id = :organisation "
    "WHERE c.arrival_id >= :first AND NOT EXISTS (SELECT 1 FROM delivery d "
    "WHERE d.result_id = c.result_id AND d.organisation_id = :organisation) ORDER BY 1, 2"
)
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

    `secret` is as the database has it. `was_well` is when the endpoint last took one, None if it
    fails since.
    """

    endpoint_id: int
    url: str
    secret: str = field(repr=False)
    event_id: str
    body: bytes = field(repr=False)
    was_well: datetime | None


def owe_results(session: Session, arrival: Arrival) -> Iterator[Owed]:
    """What an arrival brought or changed, for every endpoint that is concerned."""
    assert arrival.id is not None  # noqa: S101  flushed
    start = Position(arrival.id - 1, 2**31 - 1)
    for one in active(session):
        for place in following(session, one.organisation_id, start):
            yield owed_result(one, place)
        if arrival.changed:
            yield from relied(session, one, arrival.id)


def owe_verifications(
    session: Session, organisation_id: int, numbers: Sequence[str], *, now: datetime
) -> None:
    """Look-ups that an organisation just made, by whatever surface."""
    made = session.scalars(
        select(col(Verification.id)).where(
            col(Verification.organisation_id) == organisation_id,
            col(Verification.looked_up_at) == now,
            col(Verification.trf_number).in_(numbers),
        )
    ).all()
    hooks = active(session, organisation_id)
    ids = [row_id for row_id in made if row_id is not None]
    owe(
        session, [owed_plain(one, VERIFICATION, row_id) for one in hooks for row_id in ids], now=now
    )


def owe_download(session: Session, row: Download, *, now: datetime) -> None:
    """A download that was just made."""
    assert row.id is not None  # noqa: S101  flushed
    hooks = active(session, row.organisation_id)
    owe(session, [owed_plain(one, DOWNLOAD, row.id) for one in hooks], now=now)


@composes(RESULT)
def _result_event(work: Composition) -> WebhookCall | Unwanted:
    return _version_event(work, "result")


@composes(RELIED)
def _relied_event(work: Composition) -> WebhookCall | Unwanted:
    """No more of the record than the verification showed, and no cursor: it is on no page."""
    return _version_event(work, "relied", _as_verified)


def _version_event(
    work: Composition,
    name: str,
    shown: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> WebhookCall | Unwanted:
    row = _receiver(work)
    if isinstance(row, Unwanted):
        return row
    place = Position(work.row.about["arrival"], work.row.about["result"])
    _wait_for_earlier(work, row, place)
    found = versions(work.session, row.organisation_id, [place])
    if not found:
        return DELETED
    document = shown(found[0].document())
    event_id = f"{name}-{row.organisation_id}-{place}"
    return _call(row, event_id, document.pop("type"), document.pop("at"), document)


def _as_verified(document: dict[str, Any]) -> dict[str, Any]:
    result = document["result"]
    return document | {
        "cursor": None,
        "result": {heading: result[heading] for heading in SHOWN if heading in result},
        "changes": [one for one in document["changes"] if one["field"] in {*SHOWN, "status"}],
    }


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
    keys = [
        _key(row, Position(arrival_id, place.result), kind)
        for arrival_id in earlier
        for kind in (RESULT, RELIED)
    ]
    if keys and work.session.execute(_OPEN, {"keys": keys}).first() is not None:
        raise NotSent("An earlier event of this result is not delivered yet.", AFTER_EARLIER)


def _call(
    row: WebhookEndpoint, event_id: str, kind: str, moment: str, data: dict[str, Any]
) -> WebhookCall:
    document = {"type": kind, "timestamp": moment, "data": data}
    body = msgspec.json.encode(document, enc_hook=str)
    was_well = row.delivered_at if row.failing_since is None else None
    return WebhookCall(row.id or 0, row.url, row.secret, event_id, body, was_well)


def following(session: Session, organisation_id: int, start: Position) -> Iterator[Position]:
    """Every position after `start`, in pages."""
    while found := positions(session, organisation_id, since=start, most=MOST_AT_ONCE):
        yield from found
        start = found[-1]


def relied(session: Session, row: WebhookEndpoint, first: int, mark: str = "") -> Iterator[Owed]:
    """Changes, from an arrival on, of what the organisation verified and was never sent."""
    values = {"organisation": row.organisation_id, "first": first}
    for place in session.execute(_RELIED, values).all():
        yield owed_result(row, Position(*place), mark, RELIED)


def owed_result(row: WebhookEndpoint, place: Position, mark: str = "", kind: str = RESULT) -> Owed:
    """A version, to one endpoint; a replay has a `mark`."""
    about = {"arrival": place.arrival, "result": place.result}
    return _owed(row, kind, _key(row, place, kind, mark), about)


def owed_plain(row: WebhookEndpoint, kind: str, row_id: int, mark: str = "") -> Owed:
    """A look-up or a download, likewise."""
    return _owed(row, kind, f"{kind}:{row.id}:{row_id}{_marked(mark)}", {"id": row_id})


def _owed(row: WebhookEndpoint, kind: str, key: str, about: dict[str, Any]) -> Owed:
    return Owed(Channel.WEBHOOK, str(row.id), key, kind, about, row.organisation_id)


def _key(row: WebhookEndpoint, place: Position, kind: str, mark: str = "") -> str:
    return f"{kind}:{row.id}:{place}{_marked(mark)}"


def _marked(mark: str) -> str:
    """A replay is owed beside what was sent before."""
    return f":{mark}" if mark else ""
