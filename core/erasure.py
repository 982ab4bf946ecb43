"""A candidate's data erased, and who must be told of it.

What stays is the organisations' own: that they looked a number up, and the audit trail, which
cannot be changed. Both hold the number, nothing that it stood for, and go after their time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from core import audit
from core.people import recipients_of, require_held, result_of
from core.statements import affected, deleted
from core.tables import (
    Change,
    Delivery,
    Enquiry,
    EnquiryCopy,
    LiveCheck,
    Organisation,
    Outgoing,
    Photo,
    RejectedRecord,
    Result,
    SlackCard,
    Verification,
    Watch,
)
from core.terms import Fate, Surface
from core.trf_numbers import TrfNumber
from core.turns import wait_for_loads

UNSENT = (Fate.READY.value, Fate.HELD.value, Fate.DEAD.value)
REASON = "What it was about was erased at the candidate's request."


@dataclass(frozen=True, slots=True)
class ErasedNumber:
    """What was erased of one number; `recipients` had it, and must be told (GDPR, Article 19).

    `slack_messages` counts what was known of direct messages that showed it; they are Slack's.
    """

    trf_number: str
    records: int
    photos: int
    old_values: int
    copies_of_forms: int
    watches: int
    unsent_messages: int
    slack_messages: int
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """By number."""

    numbers: tuple[ErasedNumber, ...]

    def document(self) -> dict[str, Any]:
        """`erased`, each number with counts and recipients."""
        return {"erased": [asdict(one) for one in self.numbers]}


def erase(
    session: Session, numbers: Sequence[TrfNumber], *, reference: str = "", now: datetime
) -> Erased:
    """Erase all of these numbers or, for one of which nothing is held, none; no load runs beside.

    `reference` is the operator's own, of the request; it goes into the trail.
    """
    wait_for_loads(session)
    wanted = require_held(session, numbers)
    return Erased(tuple(_erased(session, one, reference, now) for one in wanted))


def _erased(session: Session, number: str, reference: str, now: datetime) -> ErasedNumber:
    recipients, concerned = recipients_of(session, number), _concerned(session, number)
    result = result_of(session, number)
    its = result.id if result is not None else None
    photos = deleted(session, Photo, col(Photo.result_id) == its)
    changes = deleted(session, Change, col(Change.result_id) == its)
    deleted(session, Delivery, col(Delivery.result_id) == its)
    records = deleted(session, Result, col(Result.id) == its)
    deleted(session, LiveCheck, col(LiveCheck.trf_number) == number)
    deleted(session, RejectedRecord, col(RejectedRecord.trf_number) == number)
    erased = ErasedNumber(
        trf_number=number,
        records=records,
        photos=photos,
        old_values=changes,
        copies_of_forms=deleted(session, EnquiryCopy, _copies(number)),
        watches=deleted(session, Watch, col(Watch.trf_number) == number),
        unsent_messages=_drop_messages(session, number, now),
        slack_messages=deleted(session, SlackCard, col(SlackCard.trf_number) == number),
        recipients=recipients,
    )
    for organisation_id in concerned:
        audit.record_system(
            session,
            organisation_id,
            "person:erased",
            now=now,
            surface=Surface.CONSOLE,
            subject=number,
            reference=reference,
        )
    return erased


def _concerned(session: Session, number: str) -> list[int | None]:
    """Organisations that had the record, looked it up or asked about it; None for nobody's."""
    sent = (
        select(Delivery.organisation_id)
        .join(Result, col(Result.id) == col(Delivery.result_id))
        .where(Result.trf_number == number)
    )
    asked = select(Verification.organisation_id).where(Verification.trf_number == number)
    suspected = select(Enquiry.organisation_id).where(Enquiry.trf_number == number)
    either = (
        col(Organisation.id).in_(sent)
        | col(Organisation.id).in_(asked)
        | col(Organisation.id).in_(suspected)
    )
    ids = session.exec(select(Organisation.id).where(either).order_by(col(Organisation.id)))
    return list(ids) or [None]


def _copies(number: str) -> ColumnElement[bool]:
    its = select(Enquiry.id).where(Enquiry.trf_number == number)
    return col(EnquiryCopy.enquiry_id).in_(its)


def _drop_messages(session: Session, number: str, now: datetime) -> int:
    """Answers that wait to be sent may quote the record; what was composed late never does."""
    waiting = select(Outgoing.id, Outgoing.about).where(col(Outgoing.fate).in_(UNSENT))
    quoting = [row_id for row_id, about in session.exec(waiting) if number in json.dumps(about)]
    gone = {"fate": Fate.DROPPED.value, "about": {}, "finished_at": now, "last_error": REASON}
    still = (col(Outgoing.id).in_(quoting), col(Outgoing.fate).in_(UNSENT))
    return affected(session, update(Outgoing).where(*still).values(gone))
