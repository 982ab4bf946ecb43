"""verify, watch, unwatch and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from core import enquiries, watches
from core.actors import Actor
from core.commands.registry import Attachment, command
from core.comparison import read_claims
from core.enquiries import EnquiryOpened
from core.refusals import usage
from core.settings import Settings
from core.trf_numbers import TrfNumber
from core.verification import LookUp, verify_all
from core.verification_cards import VerificationCard, VerificationTable
from core.watches import WatchSet


@command(
    "verify",
    examples=[
        "verify 17GB000595ZOLJS03G",
        'verify 17GB000595ZOLJS03G name="Jane Zola" overall=8',
        "verify 17GB000595ZOLJS03G 18GB000596ANNJS03A",
    ],
)
def verify(
    session: Session,
    actor: Actor,
    numbers: list[TrfNumber],
    *,
    name: str | None = None,
    dob: str | None = None,
    overall: str | None = None,
    listening: str | None = None,
    reading: str | None = None,
    writing: str | None = None,
    speaking: str | None = None,
    module: str | None = None,
    date: str | None = None,
    gender: str | None = None,
    now: datetime,
    settings: Settings,
) -> VerificationCard | VerificationTable:
    """Look up Test Report Form numbers, and compare one with what its copy shows."""
    claimed = {
        "name": name,
        "dob": dob,
        "overall": overall,
        "listening": listening,
        "reading": reading,
        "writing": writing,
        "speaking": speaking,
        "module": module,
        "date": date,
        "gender": gender,
    }
    asked = look_up_of(actor, numbers, claimed)
    (table,) = verify_all(session, [asked], now=now, settings=settings)
    return answer_of(table)


def look_up_of(
    actor: Actor, numbers: Sequence[TrfNumber], claimed: Mapping[str, str | None]
) -> LookUp:
    """What a line asks for; raise Refusal for claims that cannot be read or be whose."""
    claims = read_claims(claimed)
    if claims is None:
        return LookUp(actor, numbers)
    if len(numbers) > 1:
        raise usage(
            "claims_with_many",
            "What a copy shows can be compared with one number only. Verify them one by one, and "
            'put two words in quotation marks, as in name="Mary Smith".',
        )
    return LookUp(actor, numbers, {numbers[0]: claims})


def answer_of(table: VerificationTable) -> VerificationCard | VerificationTable:
    """A card for one number."""
    return table.cards[0] if len(table.cards) == 1 else table


@command("watch", examples=["watch 17GB000595ZOLJS03G"])
def watch(session: Session, actor: Actor, number: TrfNumber, *, now: datetime) -> WatchSet:
    """Hear when the record of a number appears or changes."""
    return watches.watch(session, actor, number, now=now)


@command("unwatch", examples=["unwatch 17GB000595ZOLJS03G"])
def unwatch(session: Session, actor: Actor, number: TrfNumber, *, now: datetime) -> WatchSet:
    """Stop hearing about a number."""
    return watches.unwatch(session, actor, number, now=now)


@command(
    "report", examples=["report 17GB000595ZOLJS03G", "report 17GB000595ZOLJS03G the photo differs"]
)
def report(
    session: Session,
    actor: Actor,
    number: TrfNumber,
    comment: list[str] | None = None,
    *,
    attachments: tuple[Attachment, ...],
    now: datetime,
) -> EnquiryOpened:
    """Report a suspect form, with a copy of it attached and what you noticed."""
    said = " ".join(comment or ())
    return enquiries.report(session, actor, number, attachments=attachments, comment=said, now=now)
