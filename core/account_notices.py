"""What a user hears of their own account: the invitation, a code, a changed setting."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from core.actors import Actor
from core.composing import Composition, Unwanted, composes
from core.notices import ConfirmAddress, Invitation, LinkCode, SettingsChanged
from core.outbox import MAIL_LANE, Owed, owe
from core.phrases import Phrase
from core.tables import Preference, User
from core.terms import Channel, Role


def owe_invitation(
    session: Session, user: User, *, invited_by: str, link_code: str = "", now: datetime
) -> None:
    """To the login address, once for each user."""
    key = f"{Invitation.KIND}:{user.id}"
    about = {"invited_by": invited_by, "link_code": link_code}
    _owe(session, Invitation.KIND, key, about, user.organisation_id, user.id, now)


def owe_link_code(session: Session, user: User, code: str, *, now: datetime) -> None:
    """To the login address, which proves who may link."""
    key = f"{LinkCode.KIND}:{user.id}:{uuid4().hex}"
    _owe(session, LinkCode.KIND, key, {"code": code}, user.organisation_id, user.id, now)


def owe_code(
    session: Session, actor: Actor, row: Preference, address: str, code: str, *, now: datetime
) -> None:
    """To the address that is to be confirmed, and only there."""
    key = f"{ConfirmAddress.KIND}:{row.user_id}:{row.code_hash}"
    about = {"address": address, "code": code}
    _owe(session, ConfirmAddress.KIND, key, about, actor.organisation_id, actor.user_id, now)


def owe_change(session: Session, actor: Actor, change: Phrase, *, now: datetime) -> None:
    """To the login address, whatever the notification address is."""
    key = f"{SettingsChanged.KIND}:{actor.user_id}:{uuid4().hex}"
    about = {"change": change.stored()}
    _owe(session, SettingsChanged.KIND, key, about, actor.organisation_id, actor.user_id, now)


def _owe(
    session: Session,
    kind: str,
    key: str,
    about: dict[str, Any],
    organisation_id: int,
    user_id: int | None,
    now: datetime,
) -> None:
    one = Owed(Channel.MAIL, MAIL_LANE, key, kind, about, organisation_id, user_id)
    owe(session, [one], now=now)


@composes(Invitation.KIND)
def _invitation(work: Composition) -> Invitation:
    person = work.somebody()
    work.address = person.email
    return Invitation(
        user_id=person.user_id,
        address=person.email,
        first_name=person.first_name,
        organisation=person.organisation,
        role=Role(person.role),
        invited_by=work.row.about["invited_by"],
        link_code=work.row.about.get("link_code", ""),
    )


@composes(LinkCode.KIND)
def _link_code(work: Composition) -> LinkCode:
    person = work.somebody()
    work.address = person.email
    return LinkCode(person.user_id, person.email, work.row.about["code"])


@composes(ConfirmAddress.KIND)
def _code(work: Composition) -> ConfirmAddress | Unwanted:
    person, address = work.somebody(), work.row.about["address"]
    if person.pending_address != address:
        return Unwanted("The address waits for no code any more.")
    work.address = address
    return ConfirmAddress(person.user_id, address, work.row.about["code"])


@composes(SettingsChanged.KIND)
def _change(work: Composition) -> SettingsChanged:
    person = work.somebody()
    work.address = person.email
    change = Phrase.restored(work.row.about["change"])
    return SettingsChanged(person.user_id, person.email, change)
