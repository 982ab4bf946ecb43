"""API keys: what a program may do for an organisation, shown once and kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import Session, col

from core import audit
from core.actors import Actor
from core.prepared import Prepared
from core.refusals import forbidden, missing, usage
from core.tables import ApiKey, Organisation
from core.terms import Language, Role, Service, Surface

PREFIX = "rb_"
LONGEST_NAME = 100
NOTED_EVERY = timedelta(minutes=1)
"""How often the last use is written down: not for each of a thousand requests a minute."""


class Scope(StrEnum):
    """What a key is for. `write` includes the others."""

    READ = "read"
    VERIFY = "verify"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as lists have it, without its secret."""

    id: int
    organisation: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def document(self) -> dict[str, Any]:
        """The line with its instants in UTC."""
        return {
            "id": self.id,
            "organisation": self.organisation,
            "name": self.name,
            "scopes": list(self.scopes),
            "created_at": self.created_at.isoformat(),
            "last_used_at": self.last_used_at and self.last_used_at.isoformat(),
            "revoked_at": self.revoked_at and self.revoked_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """A new key, the only time that its secret is seen."""

    line: KeyLine
    secret: str = field(repr=False)

    def document(self) -> dict[str, Any]:
        """The line and `key`, which goes into the Authorization header."""
        return {"key": self.secret} | self.line.document()


@dataclass(frozen=True, slots=True)
class KeyList:
    """Keys by id; `revoked` where one was just revoked."""

    lines: tuple[KeyLine, ...]
    revoked: bool = False

    def document(self) -> dict[str, Any]:
        """`keys`, the revoked ones too."""
        return {"keys": [one.document() for one in self.lines]}


@dataclass(frozen=True, slots=True)
class Caller:
    """The program behind a key, and whether its last use is to be written down anew."""

    actor: Actor
    scopes: frozenset[Scope]
    is_stale: bool

    def require(self, *any_of: Scope) -> None:
        """Raise Refusal unless the key has one of these scopes."""
        if not self.scopes & {*any_of, Scope.WRITE}:
            raise forbidden(
                "scope_missing",
                "This key has not the scope for it. It needs {scope}, and has {scopes}.",
                scope=" or ".join(any_of),
                scopes=", ".join(sorted(self.scopes)),
            )


def add_key(
    session: Session,
    organisation: Organisation,
    *,
    name: str,
    scopes: Collection[Scope],
    now: datetime,
) -> KeyAdded:
    """Make a key; raise Refusal for a name that is blank or too long."""
    title = " ".join(name.split())
    if not title or len(title) > LONGEST_NAME or not title.isprintable():
        raise usage(
            "key_name",
            "A key needs a name of up to {most} ordinary characters, which says what uses it.",
            most=LONGEST_NAME,
        )
    assert organisation.id is not None  # noqa: S101  it came from the database
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        organisation_id=organisation.id,
        name=title,
        scopes=",".join(sorted(scopes)),
        secret_hash=_hash(secret),
        created_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, row, "key:added", now)
    return KeyAdded(_line(row, organisation.name), secret)


def list_keys(session: Session) -> KeyList:
    """All of them."""
    rows = session.execute(_KEYS.order_by(col(ApiKey.id)))
    return KeyList(tuple(_line(row, name) for row, name in rows))


def revoke_key(session: Session, key_id: int, *, now: datetime) -> KeyList:
    """From now on it opens nothing; safe to repeat. Raise Refusal if there is no such key."""
    found = session.execute(_KEYS.where(col(ApiKey.id) == key_id)).first()
    if found is None:
        raise missing(
            "no_such_key", "There is no key {id}. `results-bot key list` shows them.", id=key_id
        )
    row, name = found
    if row.revoked_at is None:
        row.revoked_at = now
        session.add(row)
        _record(session, row, "key:revoked", now)
    return KeyList((_line(row, name),), revoked=True)


def caller_of(session: Session, secret: str, *, now: datetime) -> Caller:
    """Who comes with this key; raise Refusal for one that is unknown or revoked."""
    found = _CALLER.rows(session, {"hash": _hash(secret)})
    if not found:
        raise forbidden(
            "key_unknown", "This API key is not known here, or it was revoked. Ask for a new one."
        )
    ((scopes, last_used_at, *its),) = found
    stale = last_used_at is None or last_used_at < now - NOTED_EVERY
    return Caller(_actor(*its), frozenset(map(Scope, scopes.split(","))), stale)


def note_use(session: Session, actor: Actor, *, now: datetime) -> None:
    """Write down that the key was used."""
    last = col(ApiKey.last_used_at)
    session.execute(
        update(ApiKey)
        .where(col(ApiKey.id) == actor.key_id, or_(last.is_(None), last < now))
        .values(last_used_at=now)
    )


_KEY, _ORGANISATION = ApiKey.__table__.c, Organisation.__table__.c  # type: ignore[attr-defined]
_CALLER = Prepared(
    select(
        _KEY.scopes,
        _KEY.last_used_at,
        _KEY.id,
        _KEY.name,
        _KEY.organisation_id,
        _ORGANISATION.service,
    )
    .join_from(ApiKey, Organisation, _ORGANISATION.id == _KEY.organisation_id)
    .where(_KEY.secret_hash == bindparam("hash"), _KEY.revoked_at.is_(None))
)
_KEYS = select(ApiKey, col(Organisation.name)).join(
    Organisation, col(Organisation.id) == col(ApiKey.organisation_id)
)


def _hash(secret: str) -> str:
    """Quick on purpose: 256 bits of chance need no slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _actor(key_id: int, name: str, organisation_id: int, service: str) -> Actor:
    return Actor(
        user_id=None,
        organisation_id=organisation_id,
        name=name,
        email="",
        role=Role.USER,
        is_primary=False,
        service=Service(service),
        language=Language.ENGLISH_UK,
        time_zone="UTC",
        surface=Surface.API,
        key_id=key_id,
    )


def _line(row: ApiKey, organisation: str) -> KeyLine:
    assert row.id is not None  # noqa: S101  it came from the database
    return KeyLine(
        row.id,
        organisation,
        row.name,
        tuple(map(Scope, row.scopes.split(","))),
        row.created_at,
        row.last_used_at,
        row.revoked_at,
    )


def _record(session: Session, row: ApiKey, action: str, now: datetime) -> None:
    audit.record_system(
        session,
        row.organisation_id,
        action,
        now=now,
        surface=Surface.CONSOLE,
        subject=str(row.id),
        name=row.name,
        scopes=row.scopes,
    )
