"""Who is acting, for which organisation, and where."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

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


def actor_for(session: Session, email: str, surface: Surface) -> Actor:
    """The user with this login address; raise Refusal for strangers and removed users."""
    row = session.exec(
        select(User, Organisation, Preference)
        .where(User.email == email.strip().lower(), col(User.removed_at).is_(None))
        .join(Organisation, col(Organisation.id) == User.organisation_id)
        .join(Preference, col(Preference.user_id) == User.id)
    ).first()
    if row is None:
        raise forbidden(
            "not_enrolled",
            "{email} is not a user of any organisation here. "
            "Ask an administrator of yours to add the address.",
            email=email,
        )
    return _actor(*row, surface)


def actor_by_id(session: Session, user_id: int, surface: Surface) -> Actor:
    """The user with this id, his rights read anew; raise Refusal if he has been removed."""
    row = session.exec(
        select(User, Organisation, Preference)
        .where(User.id == user_id, col(User.removed_at).is_(None))
        .join(Organisation, col(Organisation.id) == User.organisation_id)
        .join(Preference, col(Preference.user_id) == User.id)
    ).first()
    if row is None:
        raise forbidden("removed", "This account has been removed.")
    return _actor(*row, surface)


def _actor(user: User, organisation: Organisation, preference: Preference, at: Surface) -> Actor:
    assert user.id is not None  # noqa: S101  it came from the database
    return Actor(
        user_id=user.id,
        organisation_id=user.organisation_id,
        name=user.name,
        email=user.email,
        role=Role(user.role),
        is_primary=user.is_primary,
        service=Service(organisation.service),
        language=Language(preference.language),
        time_zone=preference.time_zone,
        surface=at,
    )
