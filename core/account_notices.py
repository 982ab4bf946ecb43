"""What a user hears of their own account: the invitation, a code, a changed setting."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from core.actors import Actor
from core.composing import Composition, Unwanted, composes
from core.notices import ConfirmAddress, Invitation, SettingsChanged
from core.outbox import MAIL_LANE, Owed, owe
from core.phrases import Phrase
from core.tables import Preference, User
from core.terms import Channel, Role


def owe_invitation(session: Session, user: User, *, invited_by: str, now: datetime) -> None:
    """To the login address, once for each user."""
    key = f"{Invitation.KIND}:{user.id}"
    about = {"invited_by": invited_by}
    _owe(session, Invitation.KIND, key, about, user.organisation_id, user.id, now)


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
    user, organisation = work.somebody()
    work.address = user.email
    return Invitation(
        user_id=user.id or 0,
        address=user.email,
        first_name=user.first_name,
        organisation=organisation.account_name,
        role=Role(user.role),
        invited_by=work.row.about["invited_by"],
    )


@composes(ConfirmAddress.KIND)
def _code(work: Composition) -> ConfirmAddress | Unwanted:
    user, _ = work.somebody()
    address = work.row.about["address"]
    if work.preference is None or work.preference.pending_address != address:
        return Unwanted("The address waits for no code any more.")
    work.address = address
    return ConfirmAddress(user.id or 0, address, work.row.about["code"])


@composes(SettingsChanged.KIND)
def _change(work: Composition) -> SettingsChanged:
    user, _ = work.somebody()
    work.address = user.email
    return SettingsChanged(user.id or 0, user.email, Phrase.restored(work.row.about["change"]))
