"""The SMTP relay: connections that are reused, and its answers as outcomes."""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import Literal, NoReturn
from urllib.parse import unquote, urlsplit

from core.transports import InDoubt, LaneDown, NotSent, Refused

IDLE_SECONDS = 20.0
"""A connection that has been idle longer is asked before it is used."""

MISCONFIGURED_SECONDS = 600.0
"""How long to wait where only an operator can help, as with a wrong password."""

ACCEPTED, FORWARDED, GO_AHEAD, GOODBYE, PERMANENT, NO_MAILBOX = 250, 251, 354, 421, 500, 550
TOO_LARGE = frozenset({552, 523})

Tls = Literal["required", "opportunistic", "off"]


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where the relay is and how to come in."""

    host: str
    port: int
    user: str
    password: str
    wrapped: bool

    @classmethod
    def read(cls, url: str) -> RelayAddress:
        """`smtp://host:port` or `smtps://user:password@host`; raise ValueError for another."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("RESULTS_SMTP_URL is smtp://host:port or smtps://user:password@host")
        wrapped = parts.scheme == "smtps"
        return cls(
            parts.hostname,
            parts.port or (465 if wrapped else 25),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            wrapped,
        )


class _WentAwayError(NotSent):
    """The relay had closed a connection that we thought was open."""


class NoSuchAddressError(Refused):
    """The address itself was refused for good: nothing will ever reach it."""


@dataclass(slots=True)
class _Connection:
    client: smtplib.SMTP
    used_at: float


class Relay:
    """A carrier by SMTP, for several threads at once."""

    def __init__(
        self,
        address: RelayAddress,
        *,
        tls: Tls,
        timeout: float,
        connections: int,
        hello: str,
    ) -> None:
        self._address, self._tls, self._timeout, self._hello = address, tls, timeout, hello
        self._idle: LifoQueue[_Connection] = LifoQueue()
        self._slots = BoundedSemaphore(connections)

    def carry(self, sender: str, recipient: str, mail: bytes, message_id: str) -> str:  # noqa: ARG002  a carrier's
        """Hand the mail over; give what the relay said to it.

        Raise NotSent, LaneDown, Refused or InDoubt.
        """
        with self._slots:
            try:
                return self._carry(self._connection(), sender, recipient, mail)
            except _WentAwayError:
                return self._carry(self._new_connection(), sender, recipient, mail)

    def greet(self) -> None:
        """Come in as for a mail, and go again; raise LaneDown where that fails."""
        _hang_up(self._connected())

    def close(self) -> None:
        """Say goodbye on every connection that waits."""
        with suppress(Empty):
            while True:
                client = self._idle.get_nowait().client
                with suppress(smtplib.SMTPException, OSError):
                    client.quit()

    def _carry(self, connection: _Connection, sender: str, recipient: str, mail: bytes) -> str:
        """Keep the connection only after a success: what is left of a refusal is not trusted."""
        with ExitStack() as unless_done:
            unless_done.callback(_hang_up, connection.client)
            said = _handed_over(connection.client, sender, recipient, mail)
            unless_done.pop_all()
        connection.used_at = time.monotonic()
        self._idle.put(connection)
        return said

    def _connection(self) -> _Connection:
        with suppress(Empty):
            while True:
                found = self._idle.get_nowait()
                if _is_alive(found):
                    return found
                _hang_up(found.client)
        return self._new_connection()

    def _new_connection(self) -> _Connection:
        return _Connection(self._connected(), time.monotonic())

    def _connected(self) -> smtplib.SMTP:
        """A new connection, encrypted and authenticated as wanted; raise LaneDown without one."""
        try:
            client = self._dialled()
        except (smtplib.SMTPException, OSError) as error:
            raise LaneDown(f"The SMTP relay cannot be reached: {_told(error)}") from error
        try:
            self._secure(client)
            if self._address.user:
                client.login(self._address.user, self._address.password)
        except smtplib.SMTPAuthenticationError as error:
            _hang_up(client)
            reason = f"The SMTP relay refused our name or password: {_told(error)}"
            raise LaneDown(reason, MISCONFIGURED_SECONDS) from error
        except (smtplib.SMTPException, OSError) as error:
            _hang_up(client)
            raise LaneDown(f"The SMTP relay did not let us in: {_told(error)}") from error
        return client

    def _dialled(self) -> smtplib.SMTP:
        at = self._address
        if at.wrapped:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                at.host, at.port, self._hello, timeout=self._timeout, context=context
            )
        return smtplib.SMTP(at.host, at.port, self._hello, timeout=self._timeout)

    def _secure(self, client: smtplib.SMTP) -> None:
        """A password never travels in the clear, nor to somebody who cannot prove who they are."""
        client.ehlo_or_helo_if_needed()
        if self._address.wrapped or self._tls == "off":
            return
        strict = self._tls == "required" or bool(self._address.user)
        if client.has_extn("starttls"):
            client.starttls(context=_context(strict=strict))
            client.ehlo()
        elif strict:
            raise smtplib.SMTPNotSupportedError("it offers no STARTTLS, which is required")


def _context(*, strict: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not strict:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _handed_over(client: smtplib.SMTP, sender: str, recipient: str, mail: bytes) -> str:
    try:
        _envelope(client, sender, recipient, len(mail))
    except (smtplib.SMTPException, OSError) as error:
        raise _WentAwayError(f"The relay went away before the message: {_told(error)}") from error
    try:
        client.send(_dotted(mail))
    except (smtplib.SMTPException, OSError) as error:
        # The dot that ends a message is the last that is sent, so it was not.
        raise NotSent(f"The relay went away within the message: {_told(error)}") from error
    try:
        code, said = client.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise InDoubt(f"The relay went away after the message: {_told(error)}") from error
    if code != ACCEPTED:
        _refuse(code, said)
    return _text(said)


def _envelope(client: smtplib.SMTP, sender: str, recipient: str, size: int) -> None:
    """Everything up to the relay's `354`; a refusal of the sender is nobody's bounce."""
    options = [f"size={size}"] if client.has_extn("size") else []
    code, said = client.mail(sender, options)
    if code != ACCEPTED:
        if _is_too_large(code, said):
            raise Refused(_reason(code, said))
        raise LaneDown(_reason(code, said), MISCONFIGURED_SECONDS)
    code, said = client.rcpt(recipient)
    if code not in {ACCEPTED, FORWARDED}:
        if _is_unknown_address(code, said):
            raise NoSuchAddressError(_reason(code, said))
        _refuse(code, said)
    code, said = client.docmd("data")
    if code != GO_AHEAD:
        _refuse(code, said)


def _refuse(code: int, said: bytes) -> NoReturn:
    """Permanent above 500; below it is to be tried again, 421 by nobody for a while."""
    if code >= PERMANENT:
        raise Refused(_reason(code, said))
    if code == GOODBYE:
        raise LaneDown(_reason(code, said))
    raise NotSent(_reason(code, said))


def _is_unknown_address(code: int, said: bytes) -> bool:
    """By the enhanced code where there is one (RFC 3463: 5.1.x), else by 550 alone."""
    words = _text(said).split(" ", 1)[0]
    if words.startswith("5.") and words[2:3].isdigit():
        return words.startswith(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"))
    return code == NO_MAILBOX


def _is_too_large(code: int, said: bytes) -> bool:
    return code in TOO_LARGE or _text(said).startswith(("5.3.4", "5.2.3"))


def _reason(code: int, said: bytes) -> str:
    return f"{code} {_text(said)}"


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace").replace("\n", " ")[:300]


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _reason(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    return str(error) or type(error).__name__


def _dotted(mail: bytes) -> bytes:
    """The message as it travels: a dot at a line's start doubled, and a lone dot at the end."""
    body = mail.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _is_alive(connection: _Connection) -> bool:
    if time.monotonic() - connection.used_at < IDLE_SECONDS:
        return True
    try:
        return connection.client.noop()[0] == ACCEPTED
    except (smtplib.SMTPException, OSError):
        return False


def _hang_up(client: smtplib.SMTP) -> None:
    with suppress(OSError):
        client.close()
