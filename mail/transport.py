"""Mail's way out: each message gets its letter, its reply address and its headers, and is carried.

Its Message-ID comes from the message's key, so a repetition after a crash is recognised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Protocol
from urllib.parse import quote

from sqlmodel import Session

from core import reply_tokens
from core.database import Database
from core.file_policies import passphrase_of, policy_of
from core.mail_pauses import pause
from core.outbox import owe
from core.reply_tokens import Token
from core.settings import Settings
from core.transports import Message, Recipient, Refused
from mail import answers, feed_summaries, pictures  # noqa: F401  their kinds
from mail.eml import EmlFolder
from mail.mime import assembled, mailbox
from mail.parts import owed_parts
from mail.relay import NoSuchAddressError, Relay, RelayAddress
from mail.writing import (
    ENDABLE,
    Terms,
    Written,
    can_be_answered,
    ends_by,
    is_answer,
    written,
)

NOBODY = "A mail needs somebody to go to."


class Carrier(Protocol):
    """What takes a finished mail away."""

    def carry(self, sender: str, recipient: str, mail: bytes, message_id: str) -> str:
        """Take it; give the other side's word for it. Raises a transport's outcomes."""

    def close(self) -> None:
        """Give connections back."""


def mail_transport(
    settings: Settings, database: Database, clock: Callable[[], datetime]
) -> MailTransport:
    """By SMTP where a relay is set, else into the outbox folder."""
    return MailTransport(settings, database, clock, _carrier(settings))


def _carrier(settings: Settings) -> Carrier:
    if settings.smtp_url is None:
        return EmlFolder(settings.outbox_dir)
    return Relay(
        RelayAddress.read(settings.smtp_url.get_secret_value()),
        tls=settings.smtp_tls,
        timeout=settings.smtp_timeout,
        connections=settings.smtp_connections,
        hello=settings.mail_domain,
    )


class MailTransport:
    """See core.transports.Transport."""

    spacing = 0.0

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Callable[[], datetime],
        carrier: Carrier,
    ) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._carrier = carrier
        self._signature = _signer(settings)

    def send(self, message: Message) -> str:
        """Write, address and carry it; give its Message-ID."""
        recipient = message.recipient or getattr(message.notice, "recipient", None)
        if recipient is None:
            raise Refused(NOBODY)
        address, now = _reachable(recipient.address), self._clock()
        message_id = message_id_of(message.key, self._settings.mail_domain)
        token, mail = self._mail(message, recipient, address, message_id, now)
        try:
            self._carrier.carry(self._sender(token), address, self._signature(mail), message_id)
        except NoSuchAddressError as no:
            self._pause(recipient, str(no), now)
            raise
        return message_id

    def close(self) -> None:
        """See Transport."""
        self._carrier.close()

    def _mail(
        self,
        message: Message,
        recipient: Recipient,
        address: str,
        message_id: str,
        now: datetime,
    ) -> tuple[Token | None, bytes]:
        """The mail, whose reply address is known here before it leaves."""
        token = reply_tokens.new_token() if can_be_answered(message.kind) else None
        with self._database.reading() as session:
            terms = _terms(session, message, recipient, self._settings)
        made = written(message, recipient, terms)
        if token is not None:
            self._keep(token, message, recipient, message_id, made, now)
        headers = self._headers(message, recipient, address, message_id, made, token, now)
        return token, assembled(headers, made.letter, made.files, message.key)

    def _keep(
        self,
        token: Token,
        message: Message,
        recipient: Recipient,
        message_id: str,
        made: Written,
        now: datetime,
    ) -> None:
        """The address by which it is answered, and what follows it."""
        with self._database.transaction() as session:
            reply_tokens.keep(
                session,
                token,
                recipient.user_id,
                message_id=message_id,
                subject=made.letter.subject,
                now=now,
                expires_at=now + timedelta(days=self._settings.reply_days),
            )
            owe(session, owed_parts(message, recipient, made, message_id), now=now)

    def _headers(
        self,
        message: Message,
        recipient: Recipient,
        address: str,
        message_id: str,
        made: Written,
        token: Token | None,
        now: datetime,
    ) -> Iterator[tuple[str, str]]:
        domain = self._settings.mail_domain
        yield "From", mailbox(self._settings.mail_name, f"results@{domain}")
        yield "To", mailbox(recipient.name, address)
        yield "Subject", made.letter.subject
        yield "Date", format_datetime(now)
        yield "Message-ID", message_id
        if token is not None:
            yield "Reply-To", self._sender(token)
        if made.in_reply_to:
            yield "In-Reply-To", made.in_reply_to
            yield "References", made.references
        yield "Auto-Submitted", "auto-replied" if is_answer(message.kind) else "auto-generated"
        yield "X-Auto-Response-Suppress", "All"
        if token is not None and message.kind in ENDABLE:
            yield from self._unsubscribing(token, ends_by(message.kind))

    def _unsubscribing(self, token: Token, command: str) -> Iterator[tuple[str, str]]:
        """By mail always, by one click (RFC 8058) where we have an address to click."""
        ways = [f"<mailto:{self._sender(token)}?subject={quote(command)}>"]
        if self._settings.public_url is not None:
            url = self._settings.public_url.rstrip("/")
            ways.insert(0, f"<{url}/mail/unsubscribe/{token.unsubscribe}>")
            yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
        yield "List-Unsubscribe", ", ".join(ways)

    def _sender(self, token: Token | None) -> str:
        """The envelope's sender, to whom bounces go: they tell by it whose mail came back."""
        local = "results" if token is None else f"reply+{token.reply}"
        return f"{local}@{self._settings.mail_domain}"

    def _pause(self, recipient: Recipient, reason: str, now: datetime) -> None:
        with self._database.transaction() as session:
            pause(session, recipient.user_id, recipient.address, reason, now=now)


def message_id_of(key: str, domain: str) -> str:
    """The same for the same key, and nothing can be told from it."""
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _terms(session: Session, message: Message, recipient: Recipient, settings: Settings) -> Terms:
    return Terms(
        policy_of(session, message.organisation_id),
        passphrase_of(session, recipient.user_id, settings),
    )


def _reachable(address: str) -> str:
    """The address as any relay takes it; raise Refused for one that few could deliver to."""
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise Refused("The address has letters before the @-sign that our mail cannot carry.")
    return f"{local}@{domain.encode('idna').decode() if not domain.isascii() else domain}"


def _signer(settings: Settings) -> Callable[[bytes], bytes]:
    """Adds a DKIM signature where a key is set; the relay may do it instead."""
    if settings.dkim_key is None or settings.dkim_selector is None:
        return lambda mail: mail
    import dkim

    key, selector = settings.dkim_key.read_bytes(), settings.dkim_selector.encode()
    domain = settings.mail_domain.encode()

    def signed(mail: bytes) -> bytes:
        signature: bytes = dkim.sign(mail, selector, domain, key, include_headers=SIGNED)
        return signature + mail

    return signed


SIGNED = [
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
]
