"""From a row of the ledger to the notice that is sent, as things are at that moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, select
from sqlmodel import Session

from core.prepared import Prepared
from core.tables import Organisation, Outgoing, Preference, User
from core.terms import Channel, Language
from core.transports import Message, NotSent, Recipient

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Why it is not sent after all."""

    reason: str


REMOVED = Unwanted("The user was removed.")
CHANNEL_OFF = Unwanted("The user has turned this channel off.")


@dataclass(frozen=True, slots=True)
class Person:
    """The user it is for, with their preferences and organisation as they are now.

    `address` is the notification address, None where it is the login address `email`.
    """

    user_id: int
    organisation_id: int
    organisation: str
    first_name: str
    family_name: str
    email: str
    role: str
    is_removed: bool
    notifications_on: bool
    frequency: str
    address: str | None
    pending_address: str | None
    mail_on: bool
    slack_on: bool
    language: str
    time_zone: str
    template_id: int | None

    @property
    def name(self) -> str:
        """First name, then family name."""
        return f"{self.first_name} {self.family_name}"


@dataclass(slots=True)
class Composition:
    """What a composer works with.

    `shared` lives as long as a chunk: what several rows need alike is made once and kept in it
    under a key that says all it depends on. A composer may set `address` where the notice goes
    elsewhere than to the notification address.
    """

    session: Session
    row: Outgoing
    person: Person | None
    now: datetime
    shared: dict[Any, Any] = field(default_factory=dict)
    address: str | None = None

    def somebody(self) -> Person:
        """The user it is for, for a kind that always has one."""
        assert self.person is not None  # noqa: S101
        return self.person

    def once(self, key: Any, make: Callable[[], Value]) -> Value:
        """What `make` gives, made once a chunk for this key."""
        if key not in self.shared:
            self.shared[key] = make()
        found: Value = self.shared[key]
        return found


Composer = Callable[[Composition], Any]
"""Gives a notice, or Unwanted."""

_COMPOSERS: dict[str, Composer] = {}


def composes(kind: str) -> Callable[[Composer], Composer]:
    """Register how the rows of a kind become notices."""

    def register(composer: Composer) -> Composer:
        _COMPOSERS[kind] = composer
        return composer

    return register


def compose(
    session: Session, row: Outgoing, shared: dict[Any, Any], *, now: datetime
) -> Message | Unwanted:
    """The message of a row that is being sent, or why nobody wants it now.

    Raise NotSent for a kind that only another program knows, perhaps a newer one beside us.
    """
    if row.kind not in _COMPOSERS:
        raise NotSent(f"This program cannot compose a {row.kind}.")
    person = None
    if row.user_id is not None:
        person = _person(session, row.user_id)
        if person is None or person.is_removed:
            return REMOVED
    work = Composition(session, row, person, now, shared)
    notice = _COMPOSERS[row.kind](work)
    if isinstance(notice, Unwanted):
        return notice
    return Message(
        key=row.dedupe_key,
        kind=row.kind,
        lane=row.lane,
        organisation_id=row.organisation_id,
        recipient=_recipient(work),
        notice=notice,
    )


def channel_is_off(work: Composition) -> bool:
    """Whether the user has turned the row's channel off since."""
    person = work.person
    if person is None:
        return False
    on = {Channel.MAIL: person.mail_on, Channel.SLACK: person.slack_on}
    return not on.get(Channel(work.row.channel), True)


_USER, _PREFERENCE = User.__table__.c, Preference.__table__.c  # type: ignore[attr-defined]
_ORGANISATION = Organisation.__table__.c  # type: ignore[attr-defined]
_PERSON = Prepared(
    select(
        _USER.id,
        _USER.organisation_id,
        _ORGANISATION.account_name,
        _USER.first_name,
        _USER.family_name,
        _USER.email,
        _USER.role,
        _USER.removed_at.is_not(None),
        _PREFERENCE.notifications_on,
        _PREFERENCE.frequency,
        _PREFERENCE.address,
        _PREFERENCE.pending_address,
        _PREFERENCE.mail_on,
        _PREFERENCE.slack_on,
        _PREFERENCE.language,
        _PREFERENCE.time_zone,
        _PREFERENCE.template_id,
    )
    .join_from(User, Preference, _PREFERENCE.user_id == _USER.id)
    .join(Organisation, _ORGANISATION.id == _USER.organisation_id)
    .where(_USER.id == bindparam("user"))
)


def _person(session: Session, user_id: int) -> Person | None:
    """None for a user whose preferences are past their time too."""
    row = _PERSON.run(session, {"user": user_id}).fetchone()
    return Person(*row) if row is not None else None


def _recipient(work: Composition) -> Recipient | None:
    person = work.person
    if person is None:
        return None
    return Recipient(
        user_id=person.user_id,
        organisation_id=person.organisation_id,
        organisation=person.organisation,
        name=person.name,
        first_name=person.first_name,
        address=work.address or person.address or person.email,
        language=Language(person.language),
        time_zone=person.time_zone,
    )
