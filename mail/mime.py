"""A letter and its files as the bytes of a mail.

Put together by hand: the email package takes 3 ms for what takes 0.1 ms here, and would encode
the same attachment again for everybody who gets it (research/performance.md, section 7).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from email.headerregistry import Address
from email.policy import SMTP
from functools import lru_cache
from hashlib import sha256
from textwrap import TextWrapper

from core.notices import AttachedFile
from mail.render import Letter

Headers = Iterable[tuple[str, str]]

LONGEST_LINE = 78
_PLAIN = re.compile(r"[\x20-\x7e]*\Z")
_FOLDED = TextWrapper(LONGEST_LINE, break_long_words=False, break_on_hyphens=False)
_ATOMS = re.compile(r"[A-Za-z0-9 ]+\Z")


class HeaderError(ValueError):
    """A header value with a line break in it."""


def assembled(headers: Headers, letter: Letter, files: Iterable[AttachedFile], key: str) -> bytes:
    """The whole mail; `key` makes its boundaries, the same at each attempt."""
    boundary = sha256(key.encode()).hexdigest()[:32]
    body = _alternative(letter, f"a-{boundary}")
    attached = [_encoded(file) for file in files]
    if attached:
        body = _multipart("mixed", f"m-{boundary}", [body, *attached])
    head = b"".join(header(name, value) for name, value in headers)
    return head + b"MIME-Version: 1.0\r\n" + body


def header(name: str, value: str) -> bytes:
    """One header, folded and encoded where it must be; raise HeaderError for a line break."""
    if "\r" in value or "\n" in value or "\0" in value:
        raise HeaderError(name)
    if _PLAIN.match(value):  # the email package would encode an address that is a long word
        return "\r\n ".join(_FOLDED.wrap(f"{name}: {value}")).encode() + b"\r\n"
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value))


def mailbox(name: str, address: str) -> str:
    """`name <address>` with the name quoted where it must be."""
    if _ATOMS.match(name):
        return f"{name} <{address}>"
    return str(Address(display_name=name, addr_spec=address))


def _alternative(letter: Letter, boundary: str) -> bytes:
    html = _text("html", letter.html)
    if letter.images:
        html = _multipart("related", f"r-{boundary}", [html, *map(_shown, letter.images)])
    return _multipart("alternative", boundary, [_text("plain", letter.text), html])


def _multipart(kind: str, boundary: str, parts: Iterable[bytes]) -> bytes:
    """A boundary that stands in none of the parts, for they are encoded."""
    lines = [f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()]
    for part in parts:
        lines += [f"--{boundary}\r\n".encode(), part, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])


def _text(kind: str, text: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: "
    body = binascii.b2a_qp(text.replace("\r\n", "\n").replace("\r", "\n").encode(), istext=True)
    return f"{head}quoted-printable\r\n\r\n".encode() + body.replace(b"\n", b"\r\n")


@lru_cache(maxsize=4)
def _encoded(file: AttachedFile) -> bytes:
    """Once for everybody who gets the same file."""
    return _part(file, header("Content-Disposition", f'attachment; filename="{file.filename}"'))


@lru_cache(maxsize=4)
def _shown(image: AttachedFile) -> bytes:
    """One that the HTML shows by its name."""
    disposition = header("Content-Disposition", f'inline; filename="{image.filename}"')
    return _part(image, header("Content-ID", f"<{image.filename}@letter>") + disposition)


def _part(file: AttachedFile, more: bytes) -> bytes:
    head = f"Content-Type: {file.media_type}\r\nContent-Transfer-Encoding: base64\r\n".encode()
    return head + more + b"\r\n" + base64.encodebytes(file.data).replace(b"\n", b"\r\n")
