"""SMTP and LMTP sessions that read a mail in pieces of any size; aiosmtpd reads it line by line.

What is taken, and what is made of it, is the same; tests hold one to the other.
"""

from __future__ import annotations

import re
import sys
from enum import StrEnum

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

LONGEST_LINE = 1001
"""With its dot and its end (RFC 5321, section 4.5.3.1.6)."""

CRLF = b"\r\n"
END = b"\r\n.\r\n"

_ATOM = r"[A-Za-z0-9_+=-]+"
_PLAIN_ADDRESS = re.compile(rf"<({_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*)>")


class Fault(StrEnum):
    """Why a mail is not taken, as its sender hears it once all of it has been read."""

    TOO_LARGE = "552 5.3.4 The mail is too large"
    TOO_LONG_A_LINE = "500 5.6.0 A line is too long (RFC 5321, section 4.5.3.1.6)"


class Data:
    """What comes after DATA, up to the dot on a line of its own; only CR LF ends a line."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = bytearray(CRLF)  # the command's own, so that a dot may be the first that comes
        self._is_too_large = False
        self._length: int | None = None

    def feed(self, piece: bytes) -> bytes | None:
        """What came after the end of the mail, b"" if nothing did; None while it goes on."""
        begin = max(0, len(self._held) - len(END) + 1)
        self._held += piece
        end = self._held.find(END, begin)
        if end >= 0:
            after = bytes(self._held[end + len(END) :])
            del self._held[end + len(CRLF) :]
            self._is_too_large |= end > self._most
            return after
        if len(self._held) > self._most + len(END) + len(CRLF):
            self._is_too_large = True
            del self._held[: -len(END)]
        return None

    def mail(self) -> bytes | Fault:
        """All of it without the dots that were added on its way (RFC 5321, section 4.5.2)."""
        if self._is_too_large:
            return Fault.TOO_LARGE
        held = bytes(self._held)
        if _has_too_long_a_line(held):
            return Fault.TOO_LONG_A_LINE
        return held.replace(b"\r\n.", CRLF)[len(CRLF) :]


def _has_too_long_a_line(held: bytes) -> bool:
    """Looking back from as far as a line may reach finds the last of many that end before."""
    begin = len(CRLF)
    while begin < len(held):
        end = held.rfind(CRLF, begin, begin + LONGEST_LINE)
        if end < 0:
            return True
        begin = end + len(CRLF)
    return False


class MailSession(SMTP):
    """One SMTP connection."""

    line_length_limit = 2**16
    """Here only how much is read ahead: `Data` holds a mail to its lines, aiosmtpd commands."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  aiosmtpd's name
        """Read the mail whole, then have it stored."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        assert self.envelope is not None  # noqa: S101  for the type checker
        if not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        mail = await self._read_mail()
        if isinstance(mail, Fault):
            answer = mail.value
        else:
            self.envelope.content = self.envelope.original_content = mail
            answer = await self._call_handler_hook("DATA")
        self.envelope = self._create_envelope()
        await self.push(answer)

    async def _read_mail(self) -> bytes | Fault:
        """Without what follows it, which goes back to be read as commands.

        Who hangs up meanwhile has this cancelled by aiosmtpd.
        """
        data = Data(self.data_size_limit or sys.maxsize)
        after = None
        while after is None:
            piece = await self._reader.read(sys.maxsize)
            if not piece:
                raise ConnectionResetError
            after = data.feed(piece)
        if after:
            self._reader.feed_data(after)
        return data.mail()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """An address that is nothing but one needs no parser of all that mail allows."""
        if plain := _PLAIN_ADDRESS.fullmatch(arg):
            return plain[1], ""
        return super()._getaddr(arg)


class LmtpSession(MailSession, LMTP):
    """One LMTP connection."""
