"""From a row of the ledger to the notice that is sent, as things are at that moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, select

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


@dataclass(slots=True)
class Composition:
    """What a composer works with.

    `shared` lives as long as a chunk: what several rows need alike is made once and kept in it
    under a key that says all it depends on. A composer may set `address` where the notice goes
    elsewhere than to the notification address.
    """

    session: Session
    row: Outgoing
    user: User | None
    preference: Preference | None
    organisation: Organisation | None
    now: datetime
    shared: dict[Any, Any] = field(default_factory=dict)
    address: str | None = None

    def somebody(self) -> tuple[User, Organisation]:
        """The user and their organisation, for a kind that always has one."""
        assert self.user is not None and self.organisation is not None  # noqa: S101, PT018
        return self.user, self.organisation

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
    people = _people(session, row)
    if row.user_id is not None and (people is None or people[0].removed_at is not None):
        return REMOVED
    user, preference, organisation = people or (None, None, None)
    work = Composition(session, row, user, preference, organisation, now, shared)
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
    on = {
        Channel.MAIL: work.preference is not None and work.preference.mail_on,
        Channel.SLACK: work.preference is not None and work.preference.slack_on,
    }
    return not on.get(Channel(work.row.channel), True)


def _people(session: Session, row: Outgoing) -> tuple[User, Preference, Organisation] | None:
    if row.user_id is None:
        return None
    return session.exec(
        select(User, Preference, Organisation)
        .where(User.id == row.user_id)
        .join(Preference, col(Preference.user_id) == User.id)
        .join(Organisation, col(Organisation.id) == User.organisation_id)
    ).first()


def _recipient(work: Composition) -> Recipient | None:
    user, preference, organisation = work.user, work.preference, work.organisation
    if user is None or preference is None or organisation is None or user.id is None:
        return None
    return Recipient(
        user_id=user.id,
        organisation_id=user.organisation_id,
        organisation=organisation.account_name,
        name=user.name,
        first_name=user.first_name,
        address=work.address or preference.address or user.email,
        language=Language(preference.language),
        time_zone=preference.time_zone,
    )
