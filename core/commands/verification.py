"""verify, watch, unwatch and report."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import enquiries, verification, watches
from core.actors import Actor
from core.commands.registry import Attachment, command
from core.comparison import read_claims
from core.enquiries import EnquiryOpened
from core.refusals import usage
from core.settings import Settings
from core.trf_numbers import TrfNumber
from core.verification import VerificationCard, VerificationTable
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
    claims = read_claims(
        {
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
    )
    if len(numbers) == 1:
        return verification.verify(
            session, actor, numbers[0], claims=claims, now=now, settings=settings
        )
    if claims is not None:
        raise usage(
            "claims_with_many",
            "What a copy shows can be compared with one number only. Verify them one by one.",
        )
    return verification.verify_many(session, actor, numbers, now=now, settings=settings)


@command("watch", examples=["watch 17GB000595ZOLJS03G"])
def watch(session: Session, actor: Actor, number: TrfNumber, *, now: datetime) -> WatchSet:
    """Hear when the record of a number appears or changes."""
    return watches.watch(session, actor, number, now=now)


@command("unwatch", examples=["unwatch 17GB000595ZOLJS03G"])
def unwatch(session: Session, actor: Actor, number: TrfNumber, *, now: datetime) -> WatchSet:
    """Stop hearing about a number."""
    return watches.unwatch(session, actor, number, now=now)


@command("report", examples=["report 17GB000595ZOLJS03G"])
def report(
    session: Session,
    actor: Actor,
    number: TrfNumber,
    *,
    attachments: tuple[Attachment, ...],
    now: datetime,
) -> EnquiryOpened:
    """Report a suspect form, with a copy of it attached."""
    return enquiries.report(session, actor, number, attachments=attachments, now=now)
