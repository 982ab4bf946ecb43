"""One result that was delivered to the organisation, and its photo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.actors import Actor
from core.refusals import missing
from core.tables import Delivery, Photo, Result
from core.trf_numbers import TrfNumber
from core.versions import values_of


@dataclass(frozen=True, slots=True)
class DeliveredResult:
    """As it is now; `values` are by the catalogue's headings, as files have them."""

    values: dict[str, str]
    status: str
    last_modified: str
    has_photo: bool

    def document(self) -> dict[str, Any]:
        """`result` with its status, and whether there is a photo to ask for."""
        return {
            "result": self.values,
            "status": self.status,
            "last_modified": self.last_modified,
            "photo": self.has_photo,
        }


def show(session: Session, actor: Actor, number: TrfNumber, *, now: datetime) -> DeliveredResult:
    """The result; raise Refusal unless it was delivered here."""
    row = _delivered(session, actor, number)
    photo = session.exec(select(Photo.result_id).where(Photo.result_id == row.id)).first()
    audit.record(session, actor, "result:shown", now=now, subject=row.trf_number)
    return DeliveredResult(values_of(row), row.status, row.last_modified, photo is not None)


def photo(session: Session, actor: Actor, number: TrfNumber, *, now: datetime) -> tuple[bytes, str]:
    """The picture and its media type; raise Refusal if there is none, or none for this actor."""
    row = _delivered(session, actor, number)
    found = session.get(Photo, row.id)
    if found is None:
        raise missing("no_photo", "There is no photo of {number}.", number=row.trf_number)
    audit.record(session, actor, "photo:shown", now=now, subject=row.trf_number)
    return found.data, found.media_type


def _delivered(session: Session, actor: Actor, number: TrfNumber) -> Result:
    row = session.exec(
        select(Result)
        .join(Delivery, col(Delivery.result_id) == col(Result.id))
        .where(Result.trf_number == number, Delivery.organisation_id == actor.organisation_id)
    ).first()
    if row is None:
        raise missing(
            "not_delivered",
            "{number} was not delivered to your organisation. A verification may find it.",
            number=number,
        )
    return row
