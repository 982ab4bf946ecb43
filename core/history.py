"""What an organisation has downloaded so far (guide, E-DELIVERY tab)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from core.actors import Actor
from core.contacts import CONTACT, REPRESENTATIVES
from core.phrases import Phrase, say
from core.refusals import usage
from core.tables import Download
from core.terms import Service

SHOWN = 5
"""The guide's HOME page lists the last 5 downloads."""
LONGEST_HISTORY = 1000

CHANGE_ACCOUNT = say(
    "This account is registered for Verification only, so no results are delivered to it. "
    "Contact {contact} or your regional IELTS USA representative ({representatives}) to change "
    "your Verification only account to an E-Delivery account.",
    contact=CONTACT,
    representatives=REPRESENTATIVES,
)


@dataclass(frozen=True, slots=True)
class DownloadLine:
    """One line of the history; `downloaded_at` is in the reader's time zone."""

    download_id: int
    downloaded_at: datetime
    records: int
    user: str
    format: str
    template: str

    def document(self) -> dict[str, Any]:
        """The line with its instant in UTC."""
        return {
            "id": self.download_id,
            "downloaded_at": self.downloaded_at.astimezone(UTC).isoformat(),
            "records": self.records,
            "user": self.user,
            "format": self.format,
            "template": self.template,
        }


@dataclass(frozen=True, slots=True)
class History:
    """The organisation's downloads, newest first."""

    downloads: tuple[DownloadLine, ...]
    notes: tuple[Phrase, ...] = ()

    def document(self) -> dict[str, Any]:
        """`downloads`, newest first."""
        return {
            "downloads": [one.document() for one in self.downloads],
            "warnings": list(self.notes),
        }


def history(
    session: Session, actor: Actor, most: int = SHOWN, *, before: int | None = None
) -> History:
    """The last downloads, newest first; raise Refusal unless `most` is 1 to LONGEST_HISTORY."""
    if not 1 <= most <= LONGEST_HISTORY:
        raise usage(
            "history_length",
            "{n} is not a length of the history. It may be 1 to {most}.",
            n=most,
            most=LONGEST_HISTORY,
        )
    return History(last_downloads(session, actor, most, before=before), account_notes(actor))


def last_downloads(
    session: Session, actor: Actor, most: int, *, before: int | None = None
) -> tuple[DownloadLine, ...]:
    """The organisation's newest downloads, or those before one of them."""
    own = select(Download).where(Download.organisation_id == actor.organisation_id)
    if before is not None:
        own = own.where(col(Download.id) < before)
    rows = session.exec(
        own.order_by(col(Download.downloaded_at).desc(), col(Download.id).desc()).limit(most)
    )
    zone = ZoneInfo(actor.time_zone)
    return tuple(
        DownloadLine(
            row.id or 0,
            row.downloaded_at.astimezone(zone),
            row.records,
            row.user_name,
            row.format,
            row.template_name,
        )
        for row in rows
    )


def account_notes(actor: Actor) -> tuple[Phrase, ...]:
    """What an account without E-Delivery is told instead of nothing."""
    return (CHANGE_ACCOUNT,) if actor.service is Service.VERIFICATION else ()
