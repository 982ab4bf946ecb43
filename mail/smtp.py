"""Mail coming in by SMTP and LMTP: checked cheaply, stored durably, then answered 250.

Nothing is read here. A bug or a database outage is answered 451, for the sender to try again.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import DBAPIError

from core import reply_tokens
from core.database import Database
from core.settings import Settings
from mail.addresses import OurAddress, our_address
from mail.gate import MOST_MAIL_BYTES, MOST_RECIPIENTS, Rate, arrived, problem_of
from mail.storing import NotStoredError, Storing

log = structlog.get_logger(__name__)

IDENT = "results-bot"
IDLE_SECONDS = 120.0
COMMAND_CALLS = {"*": 20, "MAIL": 5000, "RCPT": 5000, "DATA": 5000, "RSET": 5000, "NOOP": 200}

STORED = "250 2.0.0 Stored"
LATER = "451 4.3.0 Not now. Try again later"
UNKNOWN = "550 5.1.1 There is no such address here"
BUSY = b"421 4.3.2 Too many connections. Try again later\r\n"


class Doorkeeper:
    """The handler of every session that comes in by one way."""

    def __init__(
        self, settings: Settings, database: Database, storing: Storing, clock: Callable[[], Any]
    ) -> None:
        self._settings, self._database = settings, database
        self._storing, self._clock = storing, clock
        self._rate = Rate(settings.mails_per_sender)
        self.at_work = 0

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Any sender, but none too often."""
        if not self._rate.allows(address.lower()):
            return "450 4.7.1 Too many mails from this sender. Try again in an hour"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Our own addresses only; a reply address only if it may still be used."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        ours = our_address(address, self._settings.mail_domain)
        if ours is None:
            return UNKNOWN
        if ours.token_hash is not None and not await asyncio.to_thread(self._is_known, ours):
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Store it once for each recipient. LMTP wants an answer for each (RFC 2033)."""
        answer = await self._stored(envelope, "lmtp" if isinstance(server, LMTP) else "smtp")
        if isinstance(server, LMTP):
            return "\r\n".join([answer] * len(envelope.rcpt_tos))
        return answer

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong in here is no fault of the mail."""
        if isinstance(error, DBAPIError):
            log.warning("database-away", reason=type(error.orig).__name__)
        else:
            log.error("mail-not-taken", exc_info=error)
        return LATER

    async def _stored(self, envelope: Envelope, came_by: str) -> str:
        raw = envelope.original_content or b""
        if problem := problem_of(raw):
            return problem
        domain = self._settings.mail_domain
        to = {our_address(one, domain): None for one in envelope.rcpt_tos}
        sender = (envelope.mail_from or "").strip("<>")
        self.at_work += 1
        try:
            await self._storing.store([arrived(raw, one, sender, came_by) for one in to if one])
        except NotStoredError:
            return LATER
        finally:
            self.at_work -= 1
        return STORED

    def _is_known(self, ours: OurAddress) -> bool:
        """Revoked and expired ones too: their users hear what to do, and bounces come there."""
        with self._database.reading() as session:
            return reply_tokens.exists(session, ours.token_hash or "")


class Turnstile:
    """Makes a session for each connection, while there are not too many, all told and by peer."""

    def __init__(self, make: Callable[[], SMTP], most: int, most_by_peer: int) -> None:
        self._make, self._most, self._most_by_peer = make, most, most_by_peer
        self._open: dict[str, int] = {}
        self._transports: set[Any] = set()
        self._is_shut = False

    def __call__(self) -> asyncio.Protocol:
        """The protocol of a new connection."""
        session = self._make()
        made, lost = session.connection_made, session.connection_lost
        peer, first = "", None
        refused = False

        def connection_made(transport: Any) -> None:
            nonlocal peer, refused, first
            if not peer:
                first = transport
                self._transports.add(first)
                peer = str((transport.get_extra_info("peername") or ["?"])[0])
                self._open[peer] = self._open.get(peer, 0) + 1
                refused = self._is_shut or self._is_full(peer)
            if refused:
                transport.write(BUSY)
                transport.close()
                return
            made(transport)

        def connection_lost(error: Exception | None) -> None:
            self._transports.discard(first)
            self._open[peer] -= 1
            if not self._open[peer]:
                del self._open[peer]
            if not refused:
                lost(error)

        session.connection_made = connection_made  # type: ignore[method-assign]
        session.connection_lost = connection_lost  # type: ignore[method-assign]
        return session

    def shut(self) -> None:
        """Hang up on everybody, and on those who are let in from now on."""
        self._is_shut = True
        for one in list(self._transports):
            one.abort()

    def _is_full(self, peer: str) -> bool:
        return sum(self._open.values()) > self._most or self._open[peer] > self._most_by_peer


def sessions(
    kind: type[SMTP], keeper: Doorkeeper, settings: Settings, loop: asyncio.AbstractEventLoop
) -> Turnstile:
    """What a listening socket makes its sessions with."""
    context = _tls(settings)

    def make() -> SMTP:
        return kind(
            keeper,
            data_size_limit=MOST_MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname=settings.mail_domain,
            ident=IDENT,
            tls_context=context,
            timeout=IDLE_SECONDS,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            command_call_limit=COMMAND_CALLS,
            loop=loop,
        )

    return Turnstile(make, settings.mail_connections, settings.mail_connections_by_peer)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.smtp_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.smtp_certificate)
    return context
