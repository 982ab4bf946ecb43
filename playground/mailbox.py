"""Everybody's mailbox: letters are the .eml files of the outbox, answers go out by real SMTP."""

from __future__ import annotations

import smtplib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import format_datetime, getaddresses, make_msgid, parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

from playground.cast import Person

RELAY = "playground.localhost"
"""The relay that this mailbox plays: it says that the sender's domain has signed."""

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class File:
    """An attachment."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as a mail program shows it."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    at: datetime
    reply_to: str
    message_id: str
    references: str
    text: str
    html: str
    files: tuple[File, ...]

    @property
    def snippet(self) -> str:
        """The first words."""
        lines = [line for line in self.text.splitlines() if line.strip()]
        return " ".join(lines[1:3] or lines)[:120]


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody writes; `answers` is the letter that it answers, None for a new one."""

    text: str
    subject: str = ""
    to: str = ""
    answers: Letter | None = None
    files: Sequence[File] = ()


class NotTakenError(Exception):
    """The mail door did not take it, with its own words."""


class Mailbox:
    """`outbox` is where the service puts letters; `door` is the host and port of its SMTP."""

    def __init__(self, outbox: Path, door: tuple[str, int], house: str) -> None:
        self._outbox, self._door = outbox, door
        self._sent = outbox.with_name(f"{outbox.name}-sent")
        self.house = house

    @property
    def version(self) -> tuple[int, ...]:
        """Differs once something came or went."""
        return tuple(
            folder.stat().st_mtime_ns if folder.is_dir() else 0
            for folder in (self._outbox, self._sent)
        )

    def of(self, person: Person) -> list[Letter]:
        """What they got and sent, newest first."""
        letters = [*self._in(self._outbox), *self._in(self._sent)]
        address = person.email
        mine = [one for one in letters if address in one.recipients or one.sender == address]
        return sorted(mine, key=lambda one: one.at, reverse=True)

    def letter(self, person: Person, letter_id: str) -> Letter | None:
        """One of theirs."""
        return next((one for one in self.of(person) if one.id == letter_id), None)

    def send(self, person: Person, draft: Draft, now: datetime) -> None:
        """By SMTP, as their mail program and their relay would; raise NotTakenError."""
        message = _written(person, draft, now)
        to = message["To"].addresses[0].addr_spec
        raw = _relayed(person, message.as_bytes(policy=SMTP), now)
        try:
            with smtplib.SMTP(*self._door, timeout=SECONDS) as smtp:
                smtp.sendmail(person.email, [to], raw)
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = refused.recipients[to]
            raise NotTakenError(f"{code} {words.decode(errors='replace')}") from refused
        except (smtplib.SMTPException, OSError) as error:
            raise NotTakenError(str(error)) from error
        self._sent.mkdir(parents=True, exist_ok=True)
        (self._sent / f"{message['Message-ID'].strip('<>')}.eml").write_bytes(raw)

    def _in(self, folder: Path) -> list[Letter]:
        files = folder.glob("*.eml") if folder.is_dir() else ()
        return [_read(path, path.stat().st_mtime_ns) for path in files]


@lru_cache(maxsize=2000)
def _read(path: Path, _changed: int) -> Letter:
    message = BytesParser(policy=default).parsebytes(path.read_bytes())
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    return Letter(
        path.stem,
        *_people(message),
        str(message["Subject"] or ""),
        parsedate_to_datetime(message["Date"]).astimezone(UTC),
        str(message["Reply-To"] or message["From"]),
        str(message["Message-ID"] or ""),
        str(message["References"] or ""),
        str(text.get_content()) if text is not None else "",
        _illustrated(message, str(html.get_content())) if html is not None else "",
        tuple(map(_file, message.iter_attachments())),
    )


def _illustrated(message: EmailMessage, html: str) -> str:
    """With the images that it shows from the same mail in their places."""
    for part in message.walk():
        name = str(part["Content-ID"] or "").strip("<> ")
        data = part.get_payload(decode=True)
        if name and isinstance(data, bytes):
            image = f"data:{part.get_content_type()};base64,{b64encode(data).decode()}"
            html = html.replace(f"cid:{name}", image)
    return html


def _people(message: EmailMessage) -> tuple[str, tuple[str, ...]]:
    sender = getaddresses([str(message["From"])])[0][1]
    return sender, tuple(address for _, address in getaddresses([str(message["To"])]))


def _file(part: EmailMessage) -> File:
    data = part.get_payload(decode=True)
    content = data if isinstance(data, bytes) else b""
    return File(part.get_filename() or "file", part.get_content_type(), content)


def _written(person: Person, draft: Draft, now: datetime) -> EmailMessage:
    message, answered = EmailMessage(), draft.answers
    message["From"] = f"{person.name} <{person.email}>"
    message["To"] = answered.reply_to if answered is not None else draft.to
    message["Subject"] = draft.subject if answered is None else _again(answered.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=person.email.partition("@")[2])
    text = draft.text.replace("\r\n", "\n")
    if answered is not None:
        message["In-Reply-To"] = answered.message_id
        message["References"] = f"{answered.references} {answered.message_id}".strip()
        text = f"{text}\n\n{_quoted(answered)}"
    message.set_content(text)
    for one in draft.files:
        main, _, sub = one.media_type.partition("/")
        message.add_attachment(one.data, main, sub or "octet-stream", filename=one.name)
    return message


def _again(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _quoted(letter: Letter) -> str:
    """As mail programs do below an answer."""
    lines = letter.text.strip().splitlines()
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"On {letter.at:%d %b %Y at %H:%M}, {letter.sender} wrote:\n\n{quoted}\n"


def _relayed(person: Person, raw: bytes, now: datetime) -> bytes:
    """With what a relay puts on top: who it is, and that the sender's domain has signed."""
    domain = person.email.partition("@")[2]
    proof = f"Authentication-Results: {RELAY}; dkim=pass header.d={domain}"
    received = f"Received: from {domain} by {RELAY}; {format_datetime(now)}"
    return f"{proof}\r\n{received}\r\n".encode() + raw
