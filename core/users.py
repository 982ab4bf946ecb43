"""Users and administrators of an organisation (guide, Set up users)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.actors import Actor
from core.contacts import CONTACT
from core.notices import Invitation, Notice
from core.phrases import Phrase, counted, say
from core.refusals import Kind as RefusalKind
from core.refusals import Refusal, conflict, missing, usage
from core.tables import Organisation, Preference, User, Watch
from core.terms import Role, Surface

LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class UserLine:
    """One user as the USERS page lists them."""

    first_name: str
    family_name: str
    email: str
    role: Role
    primary: bool

    def document(self) -> dict[str, Any]:
        """The line as JSON."""
        return {
            "first_name": self.first_name,
            "family_name": self.family_name,
            "email": self.email,
            "role": self.role.value,
            "primary": self.primary,
        }


@dataclass(frozen=True, slots=True)
class UserList:
    """The organisation's users; `deed` says what was just done, `notices` whom to tell."""

    users: tuple[UserLine, ...]
    deed: Phrase | None = None
    notices: tuple[Notice, ...] = ()

    def document(self) -> dict[str, Any]:
        """`users`; after a deed only the one it was done to."""
        return {"users": [one.document() for one in self.users]}


def list_users(session: Session, actor: Actor) -> UserList:
    """Everybody who may act for the organisation; for administrators."""
    actor.require_administrator()
    rows = session.exec(
        select(User)
        .where(User.organisation_id == actor.organisation_id, col(User.removed_at).is_(None))
        .order_by(col(User.family_name), col(User.first_name), col(User.id))
    )
    return UserList(tuple(_line(row) for row in rows))


def add(
    session: Session,
    actor: Actor,
    *,
    first: str,
    family: str,
    email: str,
    role: Role = Role.USER,
    now: datetime,
) -> UserList:
    """Enrol somebody; raise Refusal naming what is missing, or if the address is taken."""
    actor.require_administrator()
    organisation = session.get_one(Organisation, actor.organisation_id)
    row = _enrol(session, organisation, first, family, email, role, now)
    audit.record(session, actor, "user:added", now=now, subject=row.email, role=role.value)
    return _added(row, organisation)


def add_primary_administrator(
    session: Session,
    organisation: Organisation,
    *,
    first: str,
    family: str,
    email: str,
    replace: bool = False,
    now: datetime,
) -> UserList:
    """Enrol the primary administrator; with `replace` the one before becomes an ordinary one."""
    before = session.exec(
        select(User).where(
            User.organisation_id == organisation.id,
            col(User.is_primary),
            col(User.removed_at).is_(None),
        )
    ).first()
    if before is not None and not replace:
        raise conflict(
            "primary_exists",
            "{name} has a primary administrator already: {email}. Use --replace to hand over, "
            "and tell IELTS at {contact}.",
            name=organisation.name,
            email=before.email,
            contact=CONTACT,
        )
    if before is not None:
        before.is_primary = False
    row = _known(session, organisation, email) or _enrol(
        session, organisation, first, family, email, Role.ADMINISTRATOR, now
    )
    row.role, row.is_primary = Role.ADMINISTRATOR.value, True
    session.flush()
    audit.record_system(
        session,
        organisation.id,
        "user:primary",
        now=now,
        surface=Surface.CONSOLE,
        subject=row.email,
    )
    return _added(row, organisation)


def remove(session: Session, actor: Actor, email: str, *, now: datetime) -> UserList:
    """Take every right away at once; history keeps the name."""
    actor.require_administrator()
    row = _colleague(session, actor, email)
    _require_not_last(session, actor, row)
    row.removed_at = now
    preference = session.get_one(Preference, row.id)
    preference.notifications_on, preference.next_due_at = False, None
    for watched in session.exec(select(Watch).where(Watch.user_id == row.id)):
        session.delete(watched)
    audit.record(session, actor, "user:removed", now=now, subject=row.email)
    return UserList((_line(row),), say("{email} can no longer do anything here.", email=row.email))


def promote(session: Session, actor: Actor, email: str, *, now: datetime) -> UserList:
    """Make a user a backup administrator; safe to repeat."""
    actor.require_administrator()
    row = _colleague(session, actor, email)
    row.role = Role.ADMINISTRATOR.value
    audit.record(session, actor, "user:promoted", now=now, subject=row.email)
    return UserList((_line(row),), say("{email} is an administrator now.", email=row.email))


def demote(session: Session, actor: Actor, email: str, *, now: datetime) -> UserList:
    """Make an administrator an ordinary user; not the last, and not the primary one."""
    actor.require_administrator()
    row = _colleague(session, actor, email)
    _require_not_last(session, actor, row)
    row.role = Role.USER.value
    audit.record(session, actor, "user:demoted", now=now, subject=row.email)
    return UserList((_line(row),), say("{email} is an ordinary user now.", email=row.email))


def clean_address(email: str) -> str:
    """An e-mail address in the form we keep; raise Refusal where it cannot be one."""
    from email_validator import EmailNotValidError, validate_email  # 60 ms, administrators only

    try:
        found = validate_email(email.strip(), check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError as error:
        raise usage(
            "not_an_address",
            "{email} is not an e-mail address: {reason}",
            email=email.strip(),
            reason=str(error),
        ) from None
    return found.normalized.lower()


def _enrol(
    session: Session,
    organisation: Organisation,
    first: str,
    family: str,
    email: str,
    role: Role,
    now: datetime,
) -> User:
    _require_all(first, family, email)
    address = clean_address(email)
    _require_free(session, organisation, address)
    assert organisation.id is not None  # noqa: S101  it came from the database
    row = User(
        organisation_id=organisation.id,
        first_name=first.strip(),
        family_name=family.strip(),
        email=address,
        role=role.value,
        created_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None  # noqa: S101  flushed
    session.add(Preference(user_id=row.id))
    session.flush()
    return row


def _require_all(first: str, family: str, email: str) -> None:
    labelled = ((say("First Name"), first), (say("Last Name"), family), (say("Email"), email))
    absent = [label for label, value in labelled if not value.strip()]
    if absent:
        raise Refusal(
            RefusalKind.USAGE,
            "user_incomplete",
            counted(
                len(absent),
                "{names} is missing. First Name, Last Name and Email are all required.",
                "{names} are missing. First Name, Last Name and Email are all required.",
                names=", ".join(absent),
            ),
        )
    for label, value in labelled[:2]:
        if len(value.strip()) > LONGEST_NAME or not value.isprintable():
            raise usage(
                "name_too_long",
                "{label} is one line of up to {most} characters.",
                label=label,
                most=LONGEST_NAME,
            )


def _require_free(session: Session, organisation: Organisation, address: str) -> None:
    taken = session.exec(
        select(User.organisation_id).where(User.email == address, col(User.removed_at).is_(None))
    ).first()
    if taken == organisation.id:
        raise conflict("user_exists", "{email} is a user already.", email=address)
    if taken is not None:
        raise conflict(
            "address_taken",
            "{email} cannot be added: the address is in use at another organisation here.",
            email=address,
        )


def _known(session: Session, organisation: Organisation, email: str) -> User | None:
    return session.exec(
        select(User).where(
            User.organisation_id == organisation.id,
            User.email == email.strip().lower(),
            col(User.removed_at).is_(None),
        )
    ).first()


def _colleague(session: Session, actor: Actor, email: str) -> User:
    organisation = session.get_one(Organisation, actor.organisation_id)
    row = _known(session, organisation, email)
    if row is None:
        raise missing(
            "no_such_user",
            "{email} is not a user of your organisation. `users` lists them.",
            email=email.strip(),
        )
    return row


def _require_not_last(session: Session, actor: Actor, row: User) -> None:
    if row.is_primary:
        raise conflict(
            "primary_stays",
            "{email} is the primary Administrator, who cannot be removed here. It is important "
            "to contact IELTS USA at {contact} when your primary Administrator changes.",
            email=row.email,
            contact=CONTACT,
        )
    others = session.exec(
        select(User.id).where(
            User.organisation_id == actor.organisation_id,
            User.role == Role.ADMINISTRATOR.value,
            col(User.removed_at).is_(None),
            User.id != row.id,
        )
    ).first()
    if row.role == Role.ADMINISTRATOR and others is None:
        raise conflict(
            "last_administrator",
            "{email} is the last Administrator. Make somebody else one first, or contact IELTS "
            "USA at {contact}.",
            email=row.email,
            contact=CONTACT,
        )


def _added(row: User, organisation: Organisation) -> UserList:
    assert row.id is not None  # noqa: S101  flushed
    notice = Invitation(row.id, row.email, row.first_name, organisation.account_name)
    deed = say("{name} was added as {role}.", name=row.name, role=say(row.role))
    return UserList((_line(row),), deed, (notice,))


def _line(row: User) -> UserLine:
    return UserLine(row.first_name, row.family_name, row.email, Role(row.role), row.is_primary)
