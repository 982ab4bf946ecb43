"""Who may act by mail: a reply address, its user's own sender, and proof of the sender's domain.

Whoever can forge a From: line can do nothing with it alone. With a reply address it must be the
user's, and where this house checks signatures it must be signed; without a reply address nothing
but a signature counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import authres
from sqlmodel import Session, col, select

from core import reply_tokens
from core.phrases import Phrase, say
from core.settings import Settings
from core.tables import Incoming, Preference, ReplyToken, User
from mail.addresses import Desk
from mail.message import ReceivedMail

EXPIRED = say(
    "The mail that you answered is too old to be answered. Answer a newer one, or any mail of ours."
)
UNPROVEN = say(
    "We could not make sure that your mail comes from {domain}: it carries no valid DKIM signature "
    "of that domain. Ask your mail administrators, or use Slack. Nothing was done."
)
NO_REPLY_ADDRESS = say(
    "Commands to this address are taken only where we can check the sender, which is not set up "
    "here. Answer one of our mails instead. Nothing was done."
)

Proof = Callable[[ReceivedMail, str], bool]
"""Whether the mail is proven to come from the domain of an address."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """A user who may act; `answers` is the message of ours that was answered."""

    user_id: int
    answers: ReplyToken | None


@dataclass(frozen=True, slots=True)
class Untrusted:
    """Nobody who may act. Only a known user hears why, and at their registered address."""

    code: str
    user_id: int | None = None
    reason: Phrase | None = None


STRANGER = Untrusted("stranger")


def judge(
    session: Session, row: Incoming, sender: str | None, proven: bool | None, *, now: datetime
) -> Trusted | Untrusted:
    """Who sent a mail. `proven` is None where this house has no way to prove a domain."""
    if sender is None:
        return STRANGER
    user_id = _registered(session, sender)
    if user_id is None:
        return STRANGER
    if row.recipient == Desk.REPLY:
        return _by_token(session, row, user_id, sender, proven, now)
    if proven is None:
        return Untrusted("no-reply-address", user_id, NO_REPLY_ADDRESS)
    if not proven:
        return Untrusted("unproven", user_id, _unproven(sender))
    return Trusted(user_id, None)


def prover(settings: Settings) -> Proof | None:
    """How this house proves where a mail comes from, by its settings; None if it does not."""
    proofs: list[Proof] = []
    if settings.trusted_authserv_id is not None:
        proofs.append(_relay_proof(settings.trusted_authserv_id, settings.trusted_hops))
    if settings.verify_dkim:
        from mail.signatures import resolver, signature_proof

        proofs.append(signature_proof(resolver(settings.dns_resolver)))
    if not proofs:
        return None
    return lambda mail, sender: any(proof(mail, sender) for proof in proofs)


def is_aligned(signed: str, domain: str) -> bool:
    """Whether a signature's domain vouches for the sender's: the same, or one above it."""
    signed, domain = signed.lower().rstrip("."), domain.lower().rstrip(".")
    return "." in signed and (signed == domain or domain.endswith(f".{signed}"))


def _by_token(
    session: Session, row: Incoming, user_id: int, sender: str, proven: bool | None, now: datetime
) -> Trusted | Untrusted:
    token = reply_tokens.find(session, row.token_hash or "", now=now)
    if token is None:
        return Untrusted("expired", user_id, EXPIRED)
    if token.user_id != user_id:
        return Untrusted("another-user")
    if proven is False:
        return Untrusted("unproven", user_id, _unproven(sender))
    return Trusted(user_id, token)


def _unproven(sender: str) -> Phrase:
    return Phrase(UNPROVEN.msgid, domain=sender.rpartition("@")[2])


def _registered(session: Session, address: str) -> int | None:
    """Whose login or confirmed notification address it is."""
    owners = select(User.id).where(col(User.removed_at).is_(None))
    mine = session.exec(owners.where(User.email == address)).first()
    if mine is not None:
        return mine
    told_there = owners.join(Preference, col(Preference.user_id) == col(User.id))
    found = session.exec(told_there.where(Preference.address == address).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _relay_proof(authserv_id: str, hops: int) -> Proof:
    def proof(mail: ReceivedMail, sender: str) -> bool:
        value = _relay_header(mail, authserv_id, hops)
        return value is not None and _passes(value, domain_of(sender))

    return proof


def _relay_header(mail: ReceivedMail, authserv_id: str, hops: int) -> str | None:
    """The topmost of that id, if our own relays added it: others came with the mail."""
    values = iter(mail.headers("Authentication-Results"))
    received = 0
    for name in mail.header_names():
        if name == "received":
            received += 1
        if name != "authentication-results":
            continue
        value = next(values)
        if received > hops:
            return None
        if _authserv_id(value) == authserv_id.lower():
            return value
    return None


def _authserv_id(value: str) -> str:
    words = re.sub(r"\([^()]*\)", " ", value).partition(";")[0].split()
    return words[0].lower() if words else ""


def domain_of(sender: str) -> str:
    """As signatures write it."""
    domain = sender.rpartition("@")[2]
    return domain if domain.isascii() else domain.encode("idna").decode()


def _passes(value: str, domain: str) -> bool:
    try:
        header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except authres.AuthResError:
        return False
    for one in header.results:
        if one.result != "pass":
            continue
        named = {(p.type, p.name): str(p.value) for p in one.properties}
        if one.method == "dmarc" and named.get(("header", "from"), "").lower() == domain:
            return True
        if one.method == "dkim" and is_aligned(named.get(("header", "d"), ""), domain):
            return True
    return False
