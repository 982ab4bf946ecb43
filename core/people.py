"""What is held of a candidate: found for whoever asks for it, and given as one document.

Only the operator asks, and may: every record here belongs to all organisations that it was sent
to. What organisations' users did with a record is told without their names, which are theirs.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session, col, func, select

from core import audit
from core.comparison import name_parts
from core.fields import BY_ATTRIBUTE, Kind
from core.refusals import missing, usage
from core.tables import (
    Arrival,
    AuditEvent,
    Change,
    Delivery,
    Download,
    Enquiry,
    EnquiryCopy,
    LiveCheck,
    Organisation,
    Photo,
    RejectedRecord,
    Result,
    SlackCard,
    Verification,
    Watch,
)
from core.terms import Module, Surface, band_in_file
from core.trf_numbers import TrfNumber


@dataclass(frozen=True, slots=True)
class Held:
    """What there is of one number; `recorded` is false where only look-ups of it are left.

    `rejected` counts records of the API that could not be taken in, `slack_messages` the direct
    messages known to have shown the number.
    """

    trf_number: str
    recorded: bool
    test_date: str
    photo: bool
    recipients: tuple[str, ...]
    downloads: int
    look_ups: int
    enquiries: int
    rejected: int
    slack_messages: int

    def anything(self) -> bool:
        """Whether anything at all is held of the number."""
        counts = (self.look_ups, self.enquiries, self.rejected, self.slack_messages)
        return self.recorded or any(counts)


@dataclass(frozen=True, slots=True)
class People:
    """What was found, by number. A name and a date of birth may be several people's."""

    found: tuple[Held, ...]

    def document(self) -> dict[str, Any]:
        """`found`, each number with counts; nothing else of the person."""
        return {"found": [asdict(one) for one in self.found]}


@dataclass(frozen=True, slots=True)
class PersonExport:
    """Everything that is held of some numbers."""

    exported_at: datetime
    records: tuple[dict[str, Any], ...]

    def document(self) -> dict[str, Any]:
        """`exported_at`, and one of `records` for each number."""
        return {"exported_at": self.exported_at.isoformat(), "records": list(self.records)}


def find(
    session: Session,
    numbers: Iterable[TrfNumber] = (),
    *,
    email: str | None = None,
    name: str | None = None,
    born: date | None = None,
) -> People:
    """Records by number, by e-mail, or by name and date of birth together."""
    wanted = dict.fromkeys(map(str, numbers))
    if (name is None) != (born is None):
        raise usage("name_and_birth", "A name is searched with the date of birth: give both.")
    if email is not None:
        same = func.lower(col(Result.candidate_email)) == email.strip().lower()
        wanted |= dict.fromkeys(session.exec(select(Result.trf_number).where(same)))
    if name is not None and born is not None:
        wanted |= dict.fromkeys(_named(session, name, born))
    if not wanted and email is None and name is None:
        raise usage("whom", "Say whom: numbers, --email, or --name and --born.")
    return People(tuple(filter(Held.anything, (_held(session, one) for one in sorted(wanted)))))


def export(session: Session, numbers: Sequence[TrfNumber], *, now: datetime) -> PersonExport:
    """Everything that is held of these numbers; the trail keeps that it was given out."""
    records = tuple(_everything(session, one) for one in require_held(session, numbers))
    for record in records:
        audit.record_system(
            session,
            None,
            "person:exported",
            now=now,
            surface=Surface.CONSOLE,
            subject=record["trf_number"],
        )
    return PersonExport(now, records)


def require_held(session: Session, numbers: Iterable[TrfNumber]) -> list[str]:
    """The numbers, each once; raise Refusal for one of which nothing is held."""
    known = {one.trf_number for one in find(session, numbers).found}
    wanted = list(dict.fromkeys(map(str, numbers)))
    for number in wanted:
        if number not in known:
            raise missing("nothing_held", "Nothing is held of {number}.", number=number)
    return wanted


def result_of(session: Session, number: str) -> Result | None:
    """The record of a number."""
    return session.exec(select(Result).where(Result.trf_number == number)).first()


def recipients_of(session: Session, number: str) -> tuple[str, ...]:
    """The organisations to which the record of a number was delivered."""
    sent = (
        select(Organisation.name)
        .join(Delivery, col(Delivery.organisation_id) == col(Organisation.id))
        .join(Result, col(Result.id) == col(Delivery.result_id))
        .where(Result.trf_number == number)
    )
    return tuple(session.exec(sent.order_by(Organisation.name)))


def _named(session: Session, name: str, born: date) -> Iterable[str]:
    """Every part of the name must be in the record's, in any order; case and accents aside."""
    parts = set(name_parts(name))
    born_then = select(Result.trf_number, Result.first_name, Result.family_name).where(
        Result.date_of_birth == born.isoformat()
    )
    for number, first, family in session.exec(born_then):
        if parts and parts <= set(name_parts(f"{first} {family}")):
            yield number


def _held(session: Session, number: str) -> Held:
    result = result_of(session, number)
    taken = select(func.count()).where(
        Delivery.result_id == (result and result.id), col(Delivery.download_id).is_not(None)
    )
    photo = select(Photo.result_id).where(Photo.result_id == (result and result.id))
    return Held(
        trf_number=number,
        recorded=result is not None,
        test_date=result.test_date if result is not None else "",
        photo=session.exec(photo).first() is not None,
        recipients=recipients_of(session, number),
        downloads=session.exec(taken).one(),
        look_ups=_count(session, select(Verification.id), Verification.trf_number == number),
        enquiries=_count(session, select(Enquiry.id), Enquiry.trf_number == number),
        rejected=_count(session, select(RejectedRecord.id), RejectedRecord.trf_number == number),
        slack_messages=_count(session, select(SlackCard.id), SlackCard.trf_number == number),
    )


def _count(session: Session, rows: Select[Any], condition: Any) -> int:
    counted = select(func.count()).select_from(rows.where(condition).subquery())
    return session.exec(counted).one()


def _everything(session: Session, number: str) -> dict[str, Any]:
    result = result_of(session, number)
    return {
        "trf_number": number,
        "record": _record(result) if result is not None else None,
        "photo": _photo(session, result),
        "changes": _rows(
            session,
            select(col(Change.changed_at), col(Change.field), col(Change.old), col(Change.new))
            .where(col(Change.result_id) == (result and result.id))
            .order_by(col(Change.id)),
        ),
        "deliveries": _rows(session, _deliveries(result)),
        "look_ups": _rows(session, _by_number(Verification, number, "looked_up_at", "outcome")),
        "watches": _rows(session, _by_number(Watch, number, "created_at")),
        "enquiries": _enquiries(session, number),
        "rejected_records": _rows(
            session, _by_number(RejectedRecord, number, "rejected_at", "problem", "record")
        ),
        "slack_messages": _rows(session, _by_number(SlackCard, number, "shown_at")),
        "official_check": _rows(
            session,
            select(col(LiveCheck.answered_at), col(LiveCheck.outcome)).where(
                col(LiveCheck.trf_number) == number
            ),
        ),
        "trail": _rows(
            session,
            select(col(AuditEvent.at), col(AuditEvent.action), col(AuditEvent.outcome))
            .where(col(AuditEvent.subject) == number)
            .order_by(col(AuditEvent.id)),
        ),
    }


def _record(result: Result) -> dict[str, str]:
    """Every field, the bands too where the scores are not valid, for they are held."""
    values = {
        field.heading: _value(field.kind, getattr(result, attribute))
        for attribute, field in BY_ATTRIBUTE.items()
    }
    return values | {"status": result.status, "lastModifiedDate": result.last_modified}


def _value(kind: Kind, value: Any) -> str:
    if kind is Kind.BAND:
        return band_in_file(value)
    if kind is Kind.MODULE and value:
        return Module(value).written_out
    return str(value)


def _photo(session: Session, result: Result | None) -> dict[str, str] | None:
    found = session.get(Photo, result.id) if result is not None else None
    if found is None:
        return None
    return {"media_type": found.media_type, "data": base64.b64encode(found.data).decode()}


def _deliveries(result: Result | None) -> Any:
    return (
        select(
            col(Organisation.name).label("organisation"),
            col(Arrival.arrived_at).label("delivered_at"),
            col(Arrival.source),
            col(Download.downloaded_at),
        )
        .join_from(Delivery, Organisation, col(Organisation.id) == col(Delivery.organisation_id))
        .outerjoin(Arrival, col(Arrival.id) == col(Delivery.arrival_id))
        .outerjoin(Download, col(Download.id) == col(Delivery.download_id))
        .where(col(Delivery.result_id) == (result and result.id))
        .order_by(col(Organisation.name))
    )


def _by_number(table: Any, number: str, at: str, *more: str) -> Any:
    return (
        select(
            col(Organisation.name).label("organisation"),
            *(getattr(table, name) for name in (at, *more)),
        )
        .join_from(table, Organisation, col(Organisation.id) == table.organisation_id)
        .where(table.trf_number == number)
        .order_by(getattr(table, at))
    )


def _enquiries(session: Session, number: str) -> list[dict[str, Any]]:
    rows = _rows(session, _by_number(Enquiry, number, "opened_at", "state", "id"))
    for row in rows:
        copies = session.exec(select(EnquiryCopy).where(EnquiryCopy.enquiry_id == row.pop("id")))
        row["copies"] = [
            {
                "filename": one.filename,
                "media_type": one.media_type,
                "data": base64.b64encode(one.data).decode(),
            }
            for one in copies
        ]
    return rows


def _rows(session: Session, statement: Any) -> list[dict[str, Any]]:
    return [
        {name: _plain(value) for name, value in row._mapping.items()}  # noqa: SLF001  its only way
        for row in session.execute(statement)
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
