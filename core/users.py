"""Users and administrators of an organisation (guide, Set up users)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core import audit, reply_tokens
from core.account_notices import owe_invitation
from core.actors import Actor
from core.contacts import CONTACT
from core.enrolment import enrol
from core.link_codes import invitation_code
from core.phrases import Phrase, say
from core.refusals import Refusal, conflict, missing
from core.statements import deleted
from core.tables import Organisation, Passphrase, Preference, User, Watch
from core.terms import Role, Surface
from core.turns import wait_for_turn

ALIKE = 0.85
"""Two addresses so near are a slip of the finger; colleagues share their domain anyway."""


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
    """The organisation's users; `deed` says what was just done."""

    users: tuple[UserLine, ...]
    deed: Phrase | None = None

    def document(self) -> dict[str, Any]:
        """`users`; after a deed only the one it was done to, and `message`."""
        users = [one.document() for one in self.users]
        return {"users": users} if self.deed is None else {"users": users, "message": self.deed}


def list_users(session: Session, actor: Actor) -> UserList:
    """Everybody who may act for the organisation; for administrators."""
    actor.require_administrator()
    rows = session.exec(
        _enrolled(actor.organisation_id).order_by(
            col(User.family_name), col(User.first_name), col(User.id)
        )
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
    row = enrol(
        session, organisation, first=first, family=family, email=email, role=role, by=actor, now=now
    )
    audit.record(session, actor, "user:added", now=now, subject=row.email, role=role.value)
    deed = say("{name} is a user now.", name=row.name)
    if role is Role.ADMINISTRATOR:
        deed = say("{name} is an Administrator now.", name=row.name)
    _invite(session, row, actor.name, now)
    return UserList((_line(row),), deed)


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
    """Enrol the primary administrator, or make a user it, whose names stay as they are.

    With `replace` the one before becomes an ordinary administrator; without, there must be none.
    """
    before = _stepped_down(session, organisation, replace=replace)
    known = _found(session, organisation.id, email)
    row = known or enrol(
        session,
        organisation,
        first=first,
        family=family,
        email=email,
        role=Role.ADMINISTRATOR,
        now=now,
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
        before=before.email if before is not None else "",
    )
    if known is None:
        _invite(session, row, "", now)
    return UserList((_line(row),), _succession(row, before))


def _stepped_down(session: Session, organisation: Organisation, *, replace: bool) -> User | None:
    before = _primary(session, organisation)
    if before is not None and not replace:
        raise conflict(
            "primary_exists",
            "{name} has a primary Administrator already: {email}. Use --replace to hand over.",
            name=organisation.name,
            email=before.email,
        )
    if before is not None:
        before.is_primary = False
        session.flush()
    return before


def remove(session: Session, actor: Actor, email: str, *, now: datetime) -> UserList:
    """Take every right away at once; history keeps the name."""
    actor.require_administrator()
    row = _colleague(session, actor, email)
    _require_not_last(session, actor, row)
    row.removed_at = now
    preference = session.get_one(Preference, row.id)
    preference.notifications_on = False
    preference.next_due_at = preference.picture_due_at = None
    preference.pending_address = preference.code_hash = preference.code_expires_at = None
    for watched in session.exec(select(Watch).where(Watch.user_id == row.id)):
        session.delete(watched)
    deleted(session, Passphrase, col(Passphrase.user_id) == row.id)
    reply_tokens.revoke_all(session, row.id or 0, now=now)
    session.flush()
    audit.record(session, actor, "user:removed", now=now, subject=row.email)
    return UserList((_line(row),), say("{name} can no longer do anything here.", name=row.name))


def promote(session: Session, actor: Actor, email: str, *, now: datetime) -> UserList:
    """Make a user a backup administrator; safe to repeat."""
    actor.require_administrator()
    row = _colleague(session, actor, email)
    if row.role != Role.ADMINISTRATOR:
        row.role = Role.ADMINISTRATOR.value
        session.flush()
        audit.record(session, actor, "user:promoted", now=now, subject=row.email)
    return UserList((_line(row),), say("{name} is an Administrator now.", name=row.name))


def demote(session: Session, actor: Actor, email: str, *, now: datetime) -> UserList:
    """Make an administrator an ordinary user; not the last, and not the primary one."""
    actor.require_administrator()
    row = _colleague(session, actor, email)
    _require_not_last(session, actor, row)
    if row.role != Role.USER:
        row.role = Role.USER.value
        session.flush()
        audit.record(session, actor, "user:demoted", now=now, subject=row.email)
    return UserList((_line(row),), say("{name} is an ordinary user now.", name=row.name))


def _enrolled(organisation_id: int | None) -> SelectOfScalar[User]:
    return select(User).where(
        User.organisation_id == organisation_id, col(User.removed_at).is_(None)
    )


def _primary(session: Session, organisation: Organisation) -> User | None:
    return session.exec(_enrolled(organisation.id).where(col(User.is_primary))).first()


def _found(session: Session, organisation_id: int | None, email: str) -> User | None:
    """Read anew, since another administrator may have changed the row while we waited."""
    same = _enrolled(organisation_id).where(User.email == email.strip().lower())
    return session.exec(same.execution_options(populate_existing=True)).first()


def _colleague(session: Session, actor: Actor, email: str) -> User:
    """A user of the actor's organisation, who stays as found until the commit."""
    wait_for_turn(session, actor)
    row = _found(session, actor.organisation_id, email)
    if row is None:
        raise _no_such_user(session, actor, email.strip())
    return row


def _no_such_user(session: Session, actor: Actor, email: str) -> Refusal:
    known = [row.email for row in session.exec(_enrolled(actor.organisation_id))]
    near = get_close_matches(email.lower(), known, n=1, cutoff=ALIKE)
    if near:
        return missing(
            "no_such_user",
            "{email} is not a user of your organisation. Did you mean {near}?",
            email=email,
            near=near[0],
        )
    return missing(
        "no_such_user",
        "{email} is not a user of your organisation. `users` lists them.",
        email=email,
    )


def _require_not_last(session: Session, actor: Actor, row: User) -> None:
    if row.is_primary:
        raise conflict(
            "primary_stays",
            "{name} is the primary Administrator, who stays one here. It is important to contact "
            "IELTS USA at {contact} when your primary Administrator changes.",
            name=row.name,
            contact=CONTACT,
        )
    administrators = session.exec(
        _enrolled(actor.organisation_id).where(User.role == Role.ADMINISTRATOR.value)
    ).all()
    if [one.id for one in administrators] == [row.id]:
        raise conflict(
            "last_administrator",
            "{name} is the last Administrator. Promote somebody else first, or contact IELTS USA "
            "at {contact}.",
            name=row.name,
            contact=CONTACT,
        )


def _succession(row: User, before: User | None) -> Phrase:
    if before is None or before.id == row.id:
        return say("{name} is the primary Administrator.", name=row.name)
    return say(
        "{name} is the primary Administrator now, {before} an ordinary one. It is important to "
        "contact IELTS USA at {contact} when your primary Administrator changes.",
        name=row.name,
        before=before.name,
        contact=CONTACT,
    )


def _invite(session: Session, row: User, invited_by: str, now: datetime) -> None:
    code = invitation_code(session, row, now=now)
    owe_invitation(session, row, invited_by=invited_by, link_code=code, now=now)


def _line(row: User) -> UserLine:
    return UserLine(row.first_name, row.family_name, row.email, Role(row.role), row.is_primary)
