"""Suspect forms: reported with a copy, without which no investigation opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core import audit
from core.actors import Actor
from core.commands.registry import Attachment
from core.contacts import CONTACT
from core.refusals import limit, usage
from core.tables import Enquiry, EnquiryCopy
from core.trf_numbers import TrfNumber

MOST_BYTES = 20 * 1024 * 1024
MOST_COPIES = 5
COMMENT, LONGEST_COMMENT = "comment.txt", 4000
KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"GIF8": "image/gif",
}


@dataclass(frozen=True, slots=True)
class EnquiryOpened:
    """A suspect form that was reported."""

    enquiry_id: int
    trf_number: str
    copies: int
    comment: bool = False

    def document(self) -> dict[str, Any]:
        """`enquiry` with its id, number and how many copies came with it."""
        return {
            "enquiry": {
                "id": self.enquiry_id,
                "trf_number": self.trf_number,
                "copies": self.copies,
                "contact": CONTACT,
            }
        }


def report(
    session: Session,
    actor: Actor,
    number: TrfNumber,
    *,
    attachments: tuple[Attachment, ...],
    comment: str = "",
    now: datetime,
) -> EnquiryOpened:
    """Open an enquiry with copies of the form (PDF or pictures); raise Refusal without one.

    A comment is kept beside them, and goes when they go.
    """
    if not attachments:
        raise usage(
            "copy_missing",
            "You will be asked to provide a copy of the Test Report Form before we can open an "
            "investigation. Send the command again with the copy attached (PDF or a picture).",
        )
    if len(attachments) > MOST_COPIES:
        raise limit(
            "too_many_copies", "Send at most {most} files with one report.", most=MOST_COPIES
        )
    kinds = [_kind(attachment) for attachment in attachments]
    enquiry = Enquiry(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        trf_number=number,
        opened_at=now,
    )
    session.add(enquiry)
    session.flush()
    assert enquiry.id is not None  # noqa: S101  flushed
    for attachment, kind in zip(attachments, kinds, strict=True):
        session.add(_copy(enquiry.id, attachment, kind))
    if comment:
        said = Attachment(COMMENT, "text/plain", comment[:LONGEST_COMMENT].encode())
        session.add(_copy(enquiry.id, said, said.media_type))
    audit.record(session, actor, "enquiry:opened", now=now, subject=number, copies=len(attachments))
    return EnquiryOpened(enquiry.id, number, len(attachments), comment=bool(comment))


def _copy(enquiry_id: int, attachment: Attachment, kind: str) -> EnquiryCopy:
    return EnquiryCopy(
        enquiry_id=enquiry_id,
        filename=attachment.filename[-255:],
        media_type=kind,
        data=attachment.data,
    )


def _kind(attachment: Attachment) -> str:
    """By content: what a file calls itself is anybody's guess."""
    if len(attachment.data) > MOST_BYTES:
        raise limit(
            "copy_too_large",
            "{filename} is larger than {most} MB. Send a smaller scan.",
            filename=attachment.filename,
            most=MOST_BYTES // 1024 // 1024,
        )
    for start, kind in KINDS.items():
        if attachment.data.startswith(start):
            return kind
    if attachment.data[:4] == b"RIFF" and attachment.data[8:12] == b"WEBP":
        return "image/webp"
    raise usage(
        "copy_kind",
        "{filename} is not a copy of a form. Send a PDF or a picture (JPEG, PNG, TIFF, GIF, WEBP).",
        filename=attachment.filename,
    )
