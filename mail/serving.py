"""A user's mail served: its commands done one by one, and the answer owed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core import audit, inbox
from core.actors import Actor, actor_by_id
from core.commands.registry import Attachment
from core.commands.run import Reply, run_for
from core.database import Database
from core.inbox import Standing
from core.outbox import MAIL_LANE, Owed, owe
from core.phrases import Phrase, counted, say
from core.refusals import Refusal
from core.settings import Settings
from core.tables import Incoming, ReplyToken
from core.terms import Channel, Surface
from mail.message import ReceivedMail
from mail.numbers import may_list, numbers_in, why_none
from mail.render import subject
from mail.replies import OurName, written_text
from mail.sections import Section, note_section, refused_section, section
from mail.wishes import MOST_COMMANDS, Wishes, is_thanks, wishes_in
from mail.writing import REFUSAL, REPLY

NO_COMMAND = say(
    "We found no command in your mail. Answer with one on a line above the quoted text, such as "
    "`results`, `download csv` or `verify` and a number; `help` lists them all."
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail being worked on, and who sent it."""

    row: Incoming
    mail: ReceivedMail
    user_id: int
    answers: ReplyToken | None

    @property
    def id(self) -> int:
        """Of the row."""
        return self.row.id or 0


class MailDesk:
    """Serves one mail at a time, on as many threads as wanted."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._ours = OurName(settings.mail_domain, settings.mail_name)

    def serve(self, letter: Letter) -> None:
        """Do what a user asks."""
        try:
            body = letter.mail.body
            written = written_text(body.text, self._ours)
            writer = letter.mail.header("From").partition("@")[0]
            wishes = wishes_in(written, letter.mail.header("Subject"), writer)
            lines = _with_list(wishes, body.attachments)
        except Refusal as no:
            self.refuse(letter, no.code, no.message)
            return
        if not lines and is_thanks(written, writer) and not _brings_files(body.attachments):
            self._leave(letter)
            return
        if not lines:
            self.refuse(letter, "no-command", NO_COMMAND)
            return
        for done, line in enumerate(lines):
            if done >= len(letter.row.answers):
                self._run(letter, done, line, body.attachments)
        self._answer(letter, len(lines), wishes)

    def _run(
        self, letter: Letter, done: int, line: str, attachments: tuple[Attachment, ...]
    ) -> None:
        """One command, and the note that it is done, in one transaction."""

        def who(session: Session) -> Actor:
            inbox.hold(session, letter.id, done=done)
            return actor_by_id(session, letter.user_id, Surface.MAIL)

        def then(session: Session, reply: Reply) -> None:
            _note(session, letter.id, done, section(line, reply.answer, reply.actor.language))

        try:
            if line.lower() == "verify" and (why := why_none(attachments)):
                raise why
            run_for(
                self._database,
                who,
                line,
                now=self._clock(),
                settings=self._settings,
                attachments=attachments,
                then=then,
            )
        except Refusal as no:
            with self._database.transaction() as session:
                language = who(session).language
                _note(session, letter.id, done, refused_section(line, no.message, language))

    def _answer(self, letter: Letter, done: int, wishes: Wishes) -> None:
        now = self._clock()
        with self._database.transaction() as session:
            row = inbox.hold(session, letter.id, done=done)
            actor = actor_by_id(session, letter.user_id, Surface.MAIL)
            remarks = [note_section(one, actor.language) for one in _remarks(wishes)]
            sections = [*row.answers, *remarks]
            about = {"sections": sections} | _thread(letter, sections[0]["title"])
            owe(session, [_owed(f"{REPLY}:{row.id}", REPLY, about, actor)], now=now)
            row.user_id = letter.user_id
            inbox.finish(session, row, Standing.DONE, now=now)

    def _leave(self, letter: Letter) -> None:
        """Whoever only thanks wants no answer."""
        with self._database.transaction() as session:
            row = inbox.hold(session, letter.id, done=len(letter.row.answers))
            row.user_id = letter.user_id
            inbox.finish(session, row, Standing.IGNORED, "thanks", now=self._clock())

    def refuse(self, letter: Letter, code: str, message: str) -> None:
        """Tell a known user why nothing was done, at most once a day for one reason."""
        now = self._clock()
        with self._database.transaction() as session:
            row = inbox.hold(session, letter.id, done=len(letter.row.answers))
            actor = actor_by_id(session, letter.user_id, Surface.MAIL)
            title = subject("refusal", actor.language)
            phrase = message if isinstance(message, Phrase) else Phrase("{said}", said=message)
            about = {"message": phrase.stored()} | _thread(letter, title)
            key = f"{REFUSAL}:{letter.user_id}:{code}:{now.date()}"
            owe(session, [_owed(key, REFUSAL, about, actor)], now=now)
            audit.record(session, actor, "mail:refused", now=now, subject=code)
            row.user_id = letter.user_id
            inbox.finish(session, row, Standing.DONE, code, now=now)


def _with_list(wishes: Wishes, attachments: Iterable[Attachment]) -> list[str]:
    """An attached list of numbers is verified, unless the mail wants something else with it."""
    lines = list(wishes.lines)
    bare = [place for place, line in enumerate(lines) if line.lower() == "verify"]
    if lines and not bare:
        return lines
    numbers = numbers_in(attachments)
    verify = " ".join(["verify", *numbers])
    if bare:
        lines[bare[0]] = verify
    elif numbers or any(map(may_list, attachments)):
        lines.append(verify)
    return lines


def _brings_files(attachments: Iterable[Attachment]) -> bool:
    """Other than the pictures that signatures have."""
    return any(not one.media_type.startswith("image/") for one in attachments)


def _note(session: Session, row_id: int, done: int, part: Section) -> None:
    row = inbox.hold(session, row_id, done=done)
    row.answers = [*row.answers, part]
    session.add(row)
    session.flush()


def _remarks(wishes: Wishes) -> list[Phrase]:
    remarks = []
    if wishes.too_many:
        remarks.append(
            counted(
                wishes.too_many,
                "A mail may hold {most} commands: {n} more was not done. Send it again.",
                "A mail may hold {most} commands: {n} more were not done. Send them again.",
                most=MOST_COMMANDS,
            )
        )
    if wishes.not_understood:
        remarks.append(
            counted(
                wishes.not_understood,
                "{n} other line of your mail holds no command that we know; it was left alone.",
                "{n} other lines of your mail hold no command that we know; they were left alone.",
            )
        )
    return remarks


def _thread(letter: Letter, title: str) -> dict[str, str]:
    """Headers that keep the conversation together; the subject is ours, never the mail's."""
    ours = letter.answers
    known = [] if ours is None else [ours.message_id]
    chain = dict.fromkeys([*known, *letter.mail.references, letter.mail.message_id])
    return {
        "title": title if ours is None else f"Re: {ours.subject.removeprefix('Re: ')}",
        "in_reply_to": letter.mail.message_id,
        "references": " ".join([one for one in chain if one][-10:]),
    }


def _owed(key: str, kind: str, about: Mapping[str, Any], actor: Actor) -> Owed:
    return Owed(Channel.MAIL, MAIL_LANE, key, kind, about, actor.organisation_id, actor.user_id)
