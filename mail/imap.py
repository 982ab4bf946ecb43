"""A mailbox read by IMAP: every mail in the folder is stored, then moved out of it.

What is in the folder is what is to be done, so nothing has to be remembered: after a crash a mail
that was stored and not yet moved is met again, and recognised by its identity.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from email.utils import getaddresses

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from more_itertools import constrained_batches
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from core import inbox, reply_tokens
from core.database import Database
from core.inbox import Arrived
from core.settings import Settings
from mail.addresses import Desk, OurAddress, our_address
from mail.gate import MOST_MAIL_BYTES, arrived, problem_of
from mail.imap_address import ImapAddress
from mail.imap_entry import CANNOT_ENTER, entered, tokens_of
from mail.message import ReceivedMail, head_of

log = structlog.get_logger(__name__)

PROCESSED, FAILED = "Processed", "Failed"
BATCH = 50
BATCH_BYTES = 32 * 1024 * 1024
IDLE_SECONDS = 120.0
"""Servers may hang up after 30 minutes (RFC 2177), address translators after five."""

LOOK_SECONDS = 1.0
POLL_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0

CAME_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")


class Mailbox:
    """Reads one folder in a thread of its own until it is told to stop."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime], url: str
    ) -> None:
        self._address = ImapAddress.read(url)
        self._settings, self._database, self._clock = settings, database, clock
        self._tokens = tokens_of(settings)
        self._prefix = ""
        self._moving: set[tuple[int, int]] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="imap", daemon=True)

    def start(self) -> None:
        """Begin; come back at once."""
        self._thread.start()

    def stop(self, grace: float) -> None:
        """Finish the batch in hand."""
        self._stopping.set()
        self._thread.join(grace)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                with self._connected() as client:
                    self._read_on(client)
            except (*CANNOT_ENTER, DBAPIError) as error:
                log.warning("mailbox-lost", reason=_told(error), again_in=round(pause))
            if time.monotonic() - begun > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            self._stopping.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311  spreads load
            pause = min(2 * pause, LONGEST_PAUSE)

    def _connected(self) -> IMAPClient:
        client = entered(self._address, self._tokens)
        try:
            client.normalise_times = False
            self._make_folders(client)
        except (IMAPClientError, OSError):
            client.shutdown()
            raise
        return client

    def _make_folders(self, client: IMAPClient) -> None:
        self._prefix = _prefix(client)
        for name in (self._prefix + PROCESSED, self._prefix + FAILED):
            if not client.folder_exists(name):
                client.create_folder(name)

    def _read_on(self, client: IMAPClient) -> None:
        """Until something breaks: whatever is in the folder, then whatever comes.

        Now and then the folder is opened anew: one that was made anew under us keeps silent.
        """
        while not self._stopping.is_set():
            validity = client.select_folder(self._address.folder)[b"UIDVALIDITY"]
            self._moving = {one for one in self._moving if one[0] == validity}
            self._drain(client, validity)
            while self._comes(client) and not self._stopping.is_set():
                self._drain(client, validity)

    def _drain(self, client: IMAPClient, validity: int) -> None:
        while uids := client.search("UNDELETED"):
            stored = [uid for uid in uids if (validity, uid) in self._moving]
            if stored:
                self._move(client, validity, stored, PROCESSED)
            for batch in self._batches(client, [uid for uid in uids if uid not in set(stored)]):
                self._take(client, validity, batch)
                if self._stopping.is_set():
                    return

    def _batches(self, client: IMAPClient, uids: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """As many as fit in memory at once."""
        sizes = client.fetch(uids, ["RFC822.SIZE"]) if uids else {}
        known = ((uid, int(sizes[uid][b"RFC822.SIZE"])) for uid in uids if uid in sizes)
        for batch in constrained_batches(
            known,
            BATCH_BYTES,
            max_count=BATCH,
            get_len=lambda one: min(one[1], BATCH_BYTES),
        ):
            yield tuple(uid for uid, _ in batch)

    def _take(self, client: IMAPClient, validity: int, batch: Sequence[int]) -> None:
        """Fetch, store, and only then move."""
        fetched = client.fetch(batch, ["BODY.PEEK[]"])
        good: dict[int, bytes] = {}
        bad = []
        for uid in batch:
            raw = _with_crlf(fetched.get(uid, {}).get(b"BODY[]") or b"")
            problem = problem_of(raw) if 0 < len(raw) <= MOST_MAIL_BYTES else "its size"
            if problem:
                log.warning("mail-not-taken", uid=uid, reason=problem)
                bad.append(uid)
            else:
                good[uid] = raw
        with self._database.transaction() as session:
            mails = [mail for raw in good.values() for mail in self._arrived(session, raw)]
            inbox.store(session, mails, now=self._clock())
        self._moving |= {(validity, uid) for uid in good}
        self._move(client, validity, list(good), PROCESSED)
        self._move(client, validity, bad, FAILED)

    def _arrived(self, session: Session, raw: bytes) -> Iterable[Arrived]:
        mail = ReceivedMail(head_of(raw))
        sender = mail.header("Return-Path").strip("<> ")
        if not mail.headers("Return-Path"):
            sender = next((one for _, one in getaddresses(mail.headers("From"))), "")
        for to in self._came_to(session, mail):
            yield arrived(raw, to, sender, "imap")

    def _came_to(self, session: Session, mail: ReceivedMail) -> set[OurAddress]:
        """Reply addresses of ours that the headers name; else it came to the mailbox itself."""
        named = getaddresses([value for name in CAME_TO for value in mail.headers(name)])
        ours = {our_address(one, self._settings.mail_domain) for _, one in named}
        replies = {
            one
            for one in ours
            if one is not None
            and one.token_hash is not None
            and reply_tokens.exists(session, one.token_hash)
        }
        return replies or {OurAddress(Desk.RESULTS)}

    def _move(self, client: IMAPClient, validity: int, uids: Sequence[int], folder: str) -> None:
        if not uids:
            return
        folder = self._prefix + folder
        if client.has_capability("MOVE"):
            client.move(uids, folder)
        else:
            client.copy(uids, folder)
            client.delete_messages(uids, silent=True)
            client.expunge(uids if client.has_capability("UIDPLUS") else None)
        self._moving -= {(validity, uid) for uid in uids}

    def _comes(self, client: IMAPClient) -> bool:
        """Wait; whether something came before it was time to look anyway."""
        if not client.has_capability("IDLE"):
            self._stopping.wait(POLL_SECONDS)
            return False
        client.idle()
        until, came = time.monotonic() + IDLE_SECONDS, False
        while not (came or self._stopping.is_set()) and time.monotonic() < until:
            came = _something_came(client)
        with suppress(IMAPClientError):
            client.idle_done()
        return came


def _something_came(client: IMAPClient) -> bool:
    """Or the connection has ended: then `idle_check` gives nothing, but does not wait for it."""
    begun = time.monotonic()
    came = client.idle_check(timeout=LOOK_SECONDS)
    return bool(came) or time.monotonic() - begun < LOOK_SECONDS / 2


def _prefix(client: IMAPClient) -> str:
    """What a user's folders begin with: `INBOX.` at some servers, nothing at most."""
    personal = client.namespace().personal if client.has_capability("NAMESPACE") else None
    return personal[0][0] if personal else ""


def _with_crlf(raw: bytes) -> bytes:
    """Some servers keep mails as somebody appended them."""
    return b"\r\n".join(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))


def _told(error: Exception) -> str:
    """Without what a database was told."""
    if isinstance(error, DBAPIError):
        return f"The database is away: {type(error.orig).__name__}"
    return str(error)[:200] or type(error).__name__
