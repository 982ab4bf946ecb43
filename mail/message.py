"""A mail that came in, read: its headers first, its parts only when somebody is to be served.

The parts are read with the email package's old policy, which is eight times as fast as the new
one and gives the same for what is needed here (research/email-servers.md, section 4).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from functools import cached_property
from typing import Any

from core.commands.registry import Attachment
from core.refusals import Refusal, usage

MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 500
MOST_BOUNDARIES = 60
MOST_PARTS = 50
MOST_DEPTH = 8
MOST_TEXT = 64 * 1024
MOST_HTML = 256 * 1024

CHARSETS = frozenset(
    {"ascii", "utf-8", "big5", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "hz"}
    | {"iso2022_jp", "koi8-r", "koi8-u", "shift_jis", "utf-16", "utf-16-le", "utf-16-be"}
    | {f"iso8859-{n}" for n in range(1, 17)}
    | {f"cp{n}" for n in (437, 850, 852, 866, 874, 932, 936, 949, 950, *range(1250, 1259))}
)
"""Others are read as UTF-8: among Python's codecs are some that take quadratic time."""

APPARATUS = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
    | {"application/pgp-keys", "text/vcard", "text/x-vcard", "text/calendar"}
)
"""Signatures, keys, visiting cards, calendars."""

_SOFT_BREAK = re.compile(r"(?<!^--)(?<=\S) \r?\n(?=[^>\s])", re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")


@dataclass(frozen=True, slots=True)
class Body:
    """What a mail says and brings."""

    text: str
    attachments: tuple[Attachment, ...]


class ReceivedMail:
    """One mail; making it reads the headers only, and never fails."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.head = head_of(raw)
        self._headers: Message[str, str] = message_from_bytes(self.head, policy=compat32)

    def header(self, name: str) -> str:
        """The first header of the name, decoded and on one line; '' without one."""
        values = self.headers(name)
        return decoded(values[0]) if values else ""

    def headers(self, name: str) -> list[str]:
        """Every header of the name as it stands, unfolded."""
        return [_one_line(str(value)) for value in self._headers.get_all(name, [])]

    def header_names(self) -> list[str]:
        """The names in lower case, in order."""
        return [name.lower() for name in self._headers]

    @property
    def message_id(self) -> str:
        """Its own Message-ID with its brackets, '' if there is none."""
        return next(iter(_MESSAGE_ID.findall(" ".join(self.headers("Message-ID")[:1]))), "")

    @property
    def references(self) -> list[str]:
        """The Message-IDs of the thread so far, oldest first."""
        return _MESSAGE_ID.findall(" ".join(self.headers("References")[:1]))[-20:]

    @property
    def content_type(self) -> str:
        """The media type of the whole."""
        return self._headers.get_content_type()

    @cached_property
    def whole(self) -> Message[str, str]:
        """The mail with its parts; raise Refusal for one that nests or multiplies beyond reason."""
        if len(_BOUNDARY.findall(self.raw)) > MOST_BOUNDARIES:
            raise _too_many_parts()
        try:
            return message_from_bytes(self.raw, policy=compat32)
        except RecursionError:
            raise _too_many_parts() from None

    @cached_property
    def body(self) -> Body:
        """What it says and brings; raise Refusal as `whole` does."""
        plain, html = [], []
        attachments = []
        for part in _leaves(self.whole):
            if _is_apparatus(part):
                continue
            if _is_attachment(part):
                attachments.append(_attachment(part))
            elif part.get_content_type() == "text/html":
                html.append(_text(part, MOST_HTML))
            elif part.get_content_maintype() == "text":
                plain.append(_text(part, MOST_TEXT))
        text = "\n".join(plain)
        if not text.strip() and html:
            from mail.html import text_of_html

            text = text_of_html(html[0])
        return Body(text[:MOST_TEXT], tuple(attachments))


def head_of(raw: bytes) -> bytes:
    """The header section with the blank line that ends it."""
    end = _HEAD_END.search(raw, 0, MOST_HEAD_BYTES)
    return raw[:MOST_HEAD_BYTES] if end is None else raw[: end.end()]


def decoded(value: str) -> str:
    """A header value with its encoded words decoded, control characters as blanks."""
    try:
        text = str(make_header(decode_header(value)))
    except (HeaderParseError, UnicodeError, LookupError, ValueError):
        text = value
    return _one_line(text)


def _one_line(text: str) -> str:
    shown = text.encode("utf-8", "replace").decode()
    return " ".join("".join(one if one.isprintable() else " " for one in shown).split())


def _leaves(message: Message[str, str]) -> Iterator[Message[str, str]]:
    """The parts that are no containers, first to last; a forwarded mail is one leaf."""
    waiting: list[tuple[Message[str, str], int]] = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS or depth > MOST_DEPTH:
            raise _too_many_parts()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            inner: Any = part.get_payload()
            waiting += [(one, depth + 1) for one in reversed(inner)]
        elif part.get_content_maintype() != "message":
            yield part


def _is_apparatus(part: Message[str, str]) -> bool:
    """What a mail program adds by itself: nobody meant to send it."""
    return part.get_content_type() in APPARATUS


def _is_attachment(part: Message[str, str]) -> bool:
    if part.get_content_disposition() == "attachment" or _filename(part):
        return True
    return part.get_content_maintype() != "text"


def _attachment(part: Message[str, str]) -> Attachment:
    data = part.get_payload(decode=True)
    return Attachment(
        _filename(part) or "attachment",
        part.get_content_type(),
        data if isinstance(data, bytes) else b"",
    )


def _filename(part: Message[str, str]) -> str:
    """Its own name without folders; whatever it says, it names a file and nothing else."""
    try:
        name = part.get_filename("") or ""
    except (UnicodeError, LookupError, ValueError, TypeError):
        return "attachment"
    return decoded(name).replace("\\", "/").rpartition("/")[2].strip(". ")[-150:]


def _text(part: Message[str, str], most: int) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    text = data[:most].decode(_charset(part), "replace").replace("\0", "")
    return _unflowed(text) if _is_flowed(part) else text


def _is_flowed(part: Message[str, str]) -> bool:
    try:
        return str(part.get_param("format", "")).lower() == "flowed"
    except (UnicodeError, LookupError, ValueError, TypeError):
        return False


def _unflowed(text: str) -> str:
    """Lines that end in a blank go on in the next (RFC 3676), but for the mark of a signature."""
    return _SOFT_BREAK.sub(" ", text)


def _charset(part: Message[str, str]) -> str:
    try:
        name = codecs.lookup(str(part.get_content_charset("utf-8"))).name
    except (LookupError, UnicodeError, ValueError):
        return "utf-8"
    return name if name in CHARSETS else "utf-8"


def _too_many_parts() -> Refusal:
    return usage(
        "mail_too_deep",
        "Your mail has more parts, or parts within parts, than we read. "
        "Write a new mail with the command as plain text, and attach the file to it directly.",
    )
