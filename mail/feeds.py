"""Results files by mail, from addresses that the operator has named and whose domain is proven."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from core import inbox
from core.commands.registry import Attachment
from core.database import Database
from core.inbox import Standing
from core.intake.load import ingest
from core.intake.rejects import Rejects
from core.organisations import organisation_named
from core.outbox import MAIL_LANE, Owed, owe
from core.phrases import say
from core.refusals import Refusal
from core.settings import Settings
from core.tables import Incoming
from core.terms import Channel, Language
from mail.dates import FORGOTTEN, strange_day
from mail.feed_summaries import loaded_file, refused_file
from mail.message import ReceivedMail
from mail.numbers import is_spreadsheet, unread_spreadsheet
from mail.sections import Section, refused_section
from mail.writing import FEED_SUMMARY

UNPROVEN = (
    "A results file came from {sender}, whose domain could not be proven. Nothing was loaded."
)
UNREAD = (
    "A results file in it could not be read, and its sender is a program that takes no answer. "
    "Look there for what it sends; then drop this mail."
)
NO_FILE = say("Your mail brought no file. Attach the results file (CSV, XML or JSON).")


class Feeds:
    """The configured feeders."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._feeders = {one.lower(): name for one, name in settings.mail_feeders.items()}
        self._database, self._clock = database, clock

    def takes(self, sender: str | None) -> bool:
        """Whether the address is a feeder's."""
        return sender in self._feeders

    def brings(self, mail: ReceivedMail) -> bool:
        """Whether a mail has a file: a feeder is often a program, whose mail says that it is."""
        return bool(_files(mail))

    def take(
        self, row: Incoming, mail: ReceivedMail, sender: str, *, proven: bool, answered: bool
    ) -> None:
        """Load every file of the mail; put it aside, for somebody to see, if it may be forged.

        A program that sends mail itself hears nothing back.
        """
        row_id, now = row.id or 0, self._clock()
        day = strange_day(mail, row.received_at, self._settings)
        if day or not proven:
            reason = FORGOTTEN.format(day=day) if proven else UNPROVEN.format(sender=sender)
            with self._database.transaction() as session:
                inbox.shunt(session, row_id, reason, now=now)
            return
        files = _files(mail)
        for done, file in enumerate(files):
            if done >= len(row.answers):
                self._load(row_id, done, file, self._feeders[sender])
        if answered:
            self._answer(row_id, len(files), mail, sender)
            return
        with self._database.transaction() as session:
            held = inbox.hold(session, row_id, done=len(files))
            if any(one.get("refused") for one in held.answers):
                inbox.shunt(session, row_id, UNREAD, now=now)
            else:
                inbox.finish(session, held, Standing.DONE, now=now)

    def _load(self, row_id: int, done: int, file: Attachment, name: str) -> None:
        try:
            with self._database.transaction() as session:
                held = inbox.hold(session, row_id, done=done)
                held.answers = [*held.answers, self._loaded(session, file, name)]
        except Refusal as no:
            with self._database.transaction() as session:
                held = inbox.hold(session, row_id, done=done)
                held.answers = [*held.answers, refused_file(file.filename, no.message)]

    def _loaded(self, session: Session, file: Attachment, name: str) -> Section:
        if is_spreadsheet(file):
            raise unread_spreadsheet(file)
        organisation = organisation_named(session, name)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rejects"
            with Rejects(path) as rejects:
                answer = ingest(
                    session,
                    organisation.id or 0,
                    io.BytesIO(file.data),
                    source=file.filename,
                    now=self._clock(),
                    rejects=rejects,
                )
            return loaded_file(file.filename, answer, path)

    def _answer(self, row_id: int, done: int, mail: ReceivedMail, sender: str) -> None:
        now = self._clock()
        with self._database.transaction() as session:
            held = inbox.hold(session, row_id, done=done)
            sections = held.answers or [refused_section("", NO_FILE, Language.ENGLISH_UK)]
            organisation = organisation_named(session, self._feeders[sender])
            about = {"sections": sections, "address": sender, "in_reply_to": mail.message_id}
            key = f"{FEED_SUMMARY}:{row_id}"
            one = Owed(Channel.MAIL, MAIL_LANE, key, FEED_SUMMARY, about, organisation.id, None)
            owe(session, [one], now=now)
            inbox.finish(session, held, Standing.DONE, now=now)


def _files(mail: ReceivedMail) -> list[Attachment]:
    """Without the pictures that signatures have."""
    return [one for one in mail.body.attachments if not one.media_type.startswith("image/")]
