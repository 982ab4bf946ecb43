"""How files with candidates' data travel by mail, and the passphrase that opens a user's."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from core import audit
from core.account_notices import owe_change
from core.actors import Actor
from core.attachment_cards import HOW_TO_SET, AttachmentCard, PassphraseCard
from core.phrases import say
from core.refusals import Refusal, unavailable, usage
from core.settings import Settings
from core.tables import FilePolicy, Passphrase
from core.terms import AttachmentPolicy

if TYPE_CHECKING:
    from core.sealing import Seal

DEEDS = {
    AttachmentPolicy.ATTACH: say("From now on files go by mail as they are."),
    AttachmentPolicy.ZIP: say(
        "From now on files go by mail in a zip that only the reader's passphrase opens (AES-256), "
        "and letters name no candidate."
    ),
    AttachmentPolicy.NOTICE: say(
        "From now on no file goes by mail, and letters name no candidate: Slack, the REST "
        "interface and the command line show both."
    ),
}

SHORTEST, LONGEST = 12, 99
"""The longest that every common zip program takes."""


def policy_of(session: Session, organisation_id: int | None) -> AttachmentPolicy:
    """The organisation's policy; files are attached unless it chose otherwise."""
    if organisation_id is None:
        return AttachmentPolicy.NOTICE
    row = session.get(FilePolicy, organisation_id)
    return AttachmentPolicy.ATTACH if row is None else AttachmentPolicy(row.policy)


def show_policy(session: Session, actor: Actor, *, settings: Settings) -> AttachmentCard:
    """The policy, and whether the actor has a passphrase."""
    has_one = passphrase_of(session, actor.person(), settings) is not None
    return AttachmentCard(policy_of(session, actor.organisation_id), has_one)


def set_policy(
    session: Session,
    actor: Actor,
    policy: AttachmentPolicy,
    *,
    now: datetime,
    settings: Settings,
) -> AttachmentCard:
    """Choose it for the organisation; for administrators."""
    actor.require_administrator()
    if policy is AttachmentPolicy.ZIP:
        _seal(settings)
    session.merge(FilePolicy(organisation_id=actor.organisation_id, policy=policy.value))
    session.flush()
    audit.record(session, actor, "file-policy:set", now=now, subject=policy.value)
    has_one = passphrase_of(session, actor.person(), settings) is not None
    deed = DEEDS[policy]
    return AttachmentCard(policy, has_one, deed)


def show_passphrase(session: Session, actor: Actor, *, settings: Settings) -> PassphraseCard:
    """Whether one is set, and how to set another."""
    if passphrase_of(session, actor.person(), settings) is None:
        return PassphraseCard(
            is_set=False, message=say("You have set no passphrase yet. {how}", how=HOW_TO_SET)
        )
    return PassphraseCard(
        is_set=True,
        message=say(
            "A passphrase opens your zip files. Setting another replaces it. {how}", how=HOW_TO_SET
        ),
    )


def set_passphrase(
    session: Session, actor: Actor, passphrase: str, *, now: datetime, settings: Settings
) -> PassphraseCard:
    """What opens this user's zip files from now on; raise Refusal for one that may not do.

    Their login address hears that there is a new one, not what it is.
    """
    _require_usable(passphrase)
    sealed = _seal(settings).sealed(passphrase)
    session.merge(Passphrase(user_id=actor.person(), sealed=sealed, set_at=now))
    session.flush()
    audit.record(session, actor, "passphrase:set", now=now, subject=actor.email)
    owe_change(session, actor, say("A passphrase for your zip files was set."), now=now)
    message = say(
        "Your passphrase is set: it opens the zip files sent from now on. Nobody can tell you it "
        "later, so keep it."
    )
    return PassphraseCard(True, message)


def passphrase_of(session: Session, user_id: int, settings: Settings) -> str | None:
    """The user's passphrase; None without one, or where it was sealed with another key."""
    row = session.get(Passphrase, user_id)
    if row is None or settings.secret_key is None:
        return None
    try:
        return _seal(settings).opened(row.sealed)
    except Refusal:
        return None


def _require_usable(passphrase: str) -> None:
    """Zip programs read other letters each in their own way, and the file would not open."""
    if len(passphrase) < SHORTEST:
        raise usage(
            "passphrase_short",
            "A passphrase has at least {shortest} characters. Take four words or more.",
            shortest=SHORTEST,
        )
    if len(passphrase) > LONGEST:
        raise usage(
            "passphrase_long",
            "A passphrase has up to {longest} characters: some zip programs take no more.",
            longest=LONGEST,
        )
    if not (passphrase.isascii() and passphrase.isprintable()):
        raise usage(
            "passphrase_letters",
            "A passphrase is made of letters without accents, digits, signs and blanks: zip "
            "programs do not agree about others.",
        )


def _seal(settings: Settings) -> Seal:
    if settings.secret_key is None:
        raise unavailable(
            "no_secret_key",
            "Passphrases cannot be kept here: the operator has set no RESULTS_SECRET_KEY. "
            "Ask the operator to set one.",
        )
    from core.sealing import Seal  # the command line starts without it

    return Seal(settings.secret_key.get_secret_value())
