"""Who is acting, for which organisation, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from core.prepared import Prepared
from core.refusals import forbidden
from core.tables import Organisation, Preference, User
from core.terms import Language, Role, Service, Surface


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is at work on one surface; every query of a service starts from `organisation_id`.

    A program that came with an API key has a `key_id` and no `user_id`.
    """

    user_id: int | None
    organisation_id: int
    name: str
    email: str
    role: Role
    is_primary: bool
    service: Service
    language: Language
    time_zone: str
    surface: Surface
    key_id: int | None = None

    def person(self) -> int:
        """The user's id; raise Refusal for a program, which has no preferences and no watches."""
        if self.user_id is None:
            raise forbidden("people_only", "Only a user may do this, and an API key is none.")
        return self.user_id

    def require_administrator(self) -> None:
        """Raise Refusal unless this is an administrator."""
        if self.role is not Role.ADMINISTRATOR:
            raise forbidden(
                "administrators_only",
                "Only an administrator of your organisation may do this. Ask one of them.",
            )


_USER, _PREFERENCE = User.__table__.c, Preference.__table__.c  # type: ignore[attr-defined]
_ORGANISATION = Organisation.__table__.c  # type: ignore[attr-defined]

ENROLLED = (
    select(
        _USER.id,
        _USER.organisation_id,
        _USER.first_name,
        _USER.family_name,
        _USER.email,
        _USER.role,
        _USER.is_primary,
        _ORGANISATION.service,
        _PREFERENCE.language,
        _PREFERENCE.time_zone,
    )
    .join(Organisation, _ORGANISATION.id == _USER.organisation_id)
    .join(Preference, _PREFERENCE.user_id == _USER.id)
    .where(_USER.removed_at.is_(None))
)
"""The rows of which `actor_of` makes actors: the way to an actor is on every hot path."""

_BY_ADDRESS = Prepared(ENROLLED.where(_USER.email == bindparam("email")))
_BY_ID = Prepared(ENROLLED.where(_USER.id == bindparam("user")))


def actor_for(session: Session, email: str, surface: Surface) -> Actor:
    """The user with this login address; raise Refusal for strangers and removed users."""
    row = _BY_ADDRESS.run(session, {"email": email.strip().lower()}).fetchone()
    if row is None:
        raise forbidden(
            "not_enrolled",
            "{email} is not a user of any organisation here. "
            "Ask an administrator of yours to add the address.",
            email=email,
        )
    return actor_of(row, surface)


def actor_by_id(session: Session, user_id: int, surface: Surface) -> Actor:
    """The user with this id, his rights read anew; raise Refusal if he has been removed."""
    row = _BY_ID.run(session, {"user": user_id}).fetchone()
    if row is None:
        raise forbidden("removed", "This account has been removed.")
    return actor_of(row, surface)


def actor_of(row: Sequence[Any], surface: Surface) -> Actor:
    """The actor of a row of ENROLLED, as the driver gives it."""
    user, organisation, first, family, email, role, primary, service, language, zone = row
    return Actor(
        user_id=user,
        organisation_id=organisation,
        name=f"{first} {family}",
        email=email,
        role=Role(role),
        is_primary=bool(primary),
        service=Service(service),
        language=Language(language),
        time_zone=zone,
        surface=surface,
    )
