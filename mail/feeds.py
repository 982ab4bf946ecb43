"""Results files by mail, from addresses that the operator has named and whose domain is proven."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from core import inbox
from core.commands.registry import Attachment
from core.composing import Composition, composes
from core.database import Database
from core.inbox import Standing
from core.intake.load import ingest
from core.intake.rejects import Rejects
from core.organisations import organisation_named
from core.outbox import MAIL_LANE, Owed, owe
from core.phrases import say
from core.refusals import Refusal
from core.settings import Settings
from core.tables import Incoming, Organisation
from core.terms import Channel, Language
from core.transports import Recipient
from mail.answers import Section, refused_section, section
from mail.message import ReceivedMail
from mail.render import Fragment, subject
from mail.writing import FEED_SUMMARY, Terms, Written, in_frame, writes

UNPROVEN = (
    "A results file came from {sender}, whose domain could not be proven. Nothing was loaded."
)
NO_FILE = say("Your mail brought no file. Attach the results file (CSV, XML or JSON).")


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """What became of the files of one mail; to the feeder, who is no user."""

    KIND = FEED_SUMMARY

    recipient: Recipient
    title: str
    parts: tuple[Fragment, ...]
    in_reply_to: str


class Feeds:
    """The configured feeders."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._feeders = {one.lower(): name for one, name in settings.mail_feeders.items()}
        self._database, self._clock = database, clock

    def takes(self, sender: str | None) -> bool:
        """Whether the address is a feeder's."""
        return sender in self._feeders

    def take(self, row: Incoming, mail: ReceivedMail, sender: str, *, proven: bool) -> None:
        """Load every file of the mail; put it aside, for somebody to see, if it may be forged."""
        row_id, now = row.id or 0, self._clock()
        if not proven:
            with self._database.transaction() as session:
                inbox.shunt(session, row_id, UNPROVEN.format(sender=sender), now=now)
            return
        files = mail.body.attachments
        for done, file in enumerate(files):
            if done >= len(row.answers):
                self._load(row_id, done, file, self._feeders[sender])
        self._answer(row_id, len(files), mail, sender)

    def _load(self, row_id: int, done: int, file: Attachment, name: str) -> None:
        try:
            with (
                tempfile.TemporaryDirectory() as folder,
                Rejects(Path(folder) / "rejects") as rejects,
                self._database.transaction() as session,
            ):
                held = inbox.hold(session, row_id, done=done)
                held.answers = [*held.answers, self._loaded(session, file, name, rejects)]
        except Refusal as no:
            with self._database.transaction() as session:
                held = inbox.hold(session, row_id, done=done)
                part = refused_section(file.filename, no.message, Language.ENGLISH_UK)
                held.answers = [*held.answers, part]

    def _loaded(self, session: Session, file: Attachment, name: str, rejects: Rejects) -> Section:
        organisation = organisation_named(session, name)
        answer = ingest(
            session,
            organisation.id or 0,
            io.BytesIO(file.data),
            source=file.filename,
            now=self._clock(),
            rejects=rejects,
        )
        return section(file.filename, answer, Language.ENGLISH_UK)

    def _answer(self, row_id: int, done: int, mail: ReceivedMail, sender: str) -> None:
        now = self._clock()
        with self._database.transaction() as session:
            held = inbox.hold(session, row_id, done=done)
            sections = held.answers or [
                refused_section("", NO_FILE, Language.ENGLISH_UK),
            ]
            organisation = organisation_named(session, self._feeders[sender])
            about = {"sections": sections, "address": sender, "in_reply_to": mail.message_id}
            key = f"{FEED_SUMMARY}:{row_id}"
            one = Owed(Channel.MAIL, MAIL_LANE, key, FEED_SUMMARY, about, organisation.id, None)
            owe(session, [one], now=now)
            inbox.finish(session, held, Standing.DONE, now=now)


@composes(FEED_SUMMARY)
def _summary(work: Composition) -> FeedSummary:
    about = work.row.about
    organisation = work.session.exec(
        select(Organisation).where(Organisation.id == work.row.organisation_id)
    ).one()
    address = about["address"]
    recipient = Recipient(
        user_id=0,
        organisation_id=organisation.id or 0,
        organisation=organisation.account_name,
        name="",
        first_name="",
        address=address,
        language=Language.ENGLISH_UK,
        time_zone="UTC",
    )
    parts = tuple(Fragment(one["text"], one["html"]) for one in about["sections"])
    title = subject("file-loaded", Language.ENGLISH_UK)
    return FeedSummary(recipient, title, parts, about["in_reply_to"])


@writes(FEED_SUMMARY)
def _write_summary(notice: FeedSummary, recipient: Recipient, _: Terms) -> Written:
    letter = in_frame(notice.title, list(notice.parts), FEED_SUMMARY, recipient)
    return Written(letter, (), notice.in_reply_to, notice.in_reply_to)
