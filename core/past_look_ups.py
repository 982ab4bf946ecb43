"""Which numbers an organisation has looked up, where, and with what outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.actors import Actor
from core.refusals import usage
from core.tables import Verification

MOST = 1000


@dataclass(frozen=True, slots=True)
class PastLookUp:
    """One look-up; `compared` has the verdict on each claimed field, never the values."""

    id: int
    looked_up_at: datetime
    surface: str
    trf_number: str
    outcome: str
    compared: dict[str, str]

    def document(self) -> dict[str, Any]:
        """With its instant in UTC."""
        return {
            "id": self.id,
            "looked_up_at": self.looked_up_at.isoformat(),
            "surface": self.surface,
            "trf_number": self.trf_number,
            "outcome": self.outcome,
            "comparison": self.compared,
        }


@dataclass(frozen=True, slots=True)
class PastLookUps:
    """Newest first."""

    lines: tuple[PastLookUp, ...]

    def document(self) -> dict[str, Any]:
        """`verifications`."""
        return {"verifications": [one.document() for one in self.lines]}


def past_look_ups(
    session: Session, actor: Actor, most: int, *, before: int | None = None
) -> PastLookUps:
    """The organisation's last look-ups, or those before one; raise Refusal for a wrong length."""
    if not 1 <= most <= MOST:
        raise usage(
            "page_length",
            "{n} is not a length of a page. It may be 1 to {most}.",
            n=most,
            most=MOST,
        )
    own = select(Verification).where(Verification.organisation_id == actor.organisation_id)
    if before is not None:
        own = own.where(col(Verification.id) < before)
    rows = session.exec(own.order_by(col(Verification.id).desc()).limit(most))
    return PastLookUps(tuple(map(line_of, rows)))


def line_of(row: Verification) -> PastLookUp:
    """A look-up as lists and webhooks have it."""
    compared = dict(one.split(":") for one in row.compared.split(",") if one)
    return PastLookUp(
        row.id or 0, row.looked_up_at, row.surface, row.trf_number, row.outcome, compared
    )
