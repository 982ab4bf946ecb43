"""How files with candidates' data travel by mail, and the passphrase that opens a user's."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from core import audit
from core.actors import Actor
from core.refusals import Refusal, unavailable, usage
from core.sealing import Seal
from core.settings import Settings
from core.tables import FilePolicy, Passphrase

SHORTEST = 12


class Policy(StrEnum):
    """`attach` as it is, in an encrypted `zip`, or a `notice` that leaves all data out."""

    ATTACH = "attach"
    ZIP = "zip"
    NOTICE = "notice"


def policy_of(session: Session, organisation_id: int | None) -> Policy:
    """The organisation's policy; files are attached unless it chose otherwise."""
    if organisation_id is None:
        return Policy.NOTICE
    row = session.get(FilePolicy, organisation_id)
    return Policy.ATTACH if row is None else Policy(row.policy)


def set_policy(session: Session, actor: Actor, policy: Policy, *, now: datetime) -> Policy:
    """Choose it for the organisation; for administrators."""
    actor.require_administrator()
    row = session.get(FilePolicy, actor.organisation_id)
    if row is None:
        row = FilePolicy(organisation_id=actor.organisation_id, policy=policy.value)
    row.policy = policy.value
    session.add(row)
    session.flush()
    audit.record(session, actor, "file-policy:set", now=now, subject=policy.value)
    return policy


def set_passphrase(
    session: Session, actor: Actor, passphrase: str, *, now: datetime, settings: Settings
) -> None:
    """What opens this user's zip files from now on; raise Refusal for a short one."""
    if len(passphrase) < SHORTEST:
        raise usage(
            "passphrase_short",
            "A passphrase has at least {shortest} characters. Take four words or more.",
            shortest=SHORTEST,
        )
    sealed = _seal(settings).sealed(passphrase)
    session.merge(Passphrase(user_id=actor.person(), sealed=sealed, set_at=now))
    session.flush()
    audit.record(session, actor, "passphrase:set", now=now, subject=actor.email)


def passphrase_of(session: Session, user_id: int, settings: Settings) -> str | None:
    """The user's passphrase; None without one, or where it was sealed with another key."""
    row = session.get(Passphrase, user_id)
    if row is None or settings.secret_key is None:
        return None
    try:
        return _seal(settings).opened(row.sealed)
    except Refusal:
        return None


def _seal(settings: Settings) -> Seal:
    if settings.secret_key is None:
        raise unavailable(
            "no_secret_key",
            "Passphrases cannot be kept here: the operator has set no RESULTS_SECRET_KEY. "
            "Ask the operator to set one.",
        )
    return Seal(settings.secret_key.get_secret_value())
