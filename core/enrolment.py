"""How somebody becomes a user (guide, Set up users)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from core.actors import Actor
from core.addresses import clean_address
from core.phrases import counted, say
from core.refusals import Kind, Refusal, conflict, usage
from core.tables import Organisation, Preference, User
from core.terms import Role, Service, StartPage

LONGEST_NAME = 50


def enrol(
    session: Session,
    organisation: Organisation,
    *,
    first: str,
    family: str,
    email: str,
    role: Role,
    by: Actor | None = None,
    now: datetime,
) -> User:
    """The new user's row; raise Refusal naming what is missing, or if the address is taken.

    Time zone and language begin as those of whoever adds them.
    """
    _require_all(first, family, email)
    row = User(
        organisation_id=_id(organisation),
        first_name=_clean_name("first", say("First Name"), first),
        family_name=_clean_name("family", say("Last Name"), family),
        email=clean_address(email),
        role=role.value,
        created_at=now,
    )
    _insert(session, row)
    session.add(_preference(row, organisation, by))
    session.flush()
    return row


def _id(row: Organisation | User) -> int:
    assert row.id is not None  # noqa: S101  it is in the database
    return row.id


def _require_all(first: str, family: str, email: str) -> None:
    labelled = ((say("First Name"), first), (say("Last Name"), family), (say("Email"), email))
    absent = tuple(label for label, value in labelled if not value.strip())
    if absent:
        message = counted(
            len(absent),
            "{names} is missing. First Name, Last Name and Email are all required.",
            "{names} are missing. First Name, Last Name and Email are all required.",
            names=absent,
        )
        raise Refusal(Kind.USAGE, "user_incomplete", message)


def _clean_name(word: str, label: str, typed: str) -> str:
    """`word` is what a form, or the command's usage, calls it."""
    name = " ".join(typed.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise usage(
            "name_too_long",
            "{label} is one line of up to {most} characters.",
            name=word,
            label=label,
            most=LONGEST_NAME,
        )
    return name


def _insert(session: Session, row: User) -> None:
    """Let the database decide whether the address is free: two may add it at the same moment.

    The refusal does not say whose it is, for nobody sees who is enrolled elsewhere.
    """
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise conflict(
            "address_taken",
            "{email} is in use already. Each address belongs to one user; use another one.",
            email=row.email,
        ) from None


def _preference(row: User, organisation: Organisation, by: Actor | None) -> Preference:
    preference = Preference(user_id=_id(row))
    if by is not None:
        preference.time_zone, preference.language = by.time_zone, by.language.value
    if organisation.service == Service.VERIFICATION:
        preference.start_page = StartPage.VERIFICATION.value  # as the guide recommends
    return preference
