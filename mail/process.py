"""Work on what came in: judge who sent it, do what it asks, owe the answer.

A command's deed and its answer are committed together, with a note on the row that it is done, so
a crash repeats nothing. What fails by a bug is shunted; what nobody may be answered is ignored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from traceback import extract_tb
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError

from core import inbox
from core.database import Database, is_away
from core.inbox import Standing, TakenElsewhereError
from core.mail_pauses import pause
from core.settings import Settings
from core.tables import Incoming, ReplyToken
from mail.addresses import Desk, sole_sender
from mail.automatic import is_bounce, why_automatic
from mail.bounces import refused_addresses
from mail.dates import not_of_these_days, strange_day
from mail.feeds import Feeds
from mail.message import ReceivedMail
from mail.serving import Letter, MailDesk
from mail.trust import Trusted, judge, prover

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 10.0
MOST_PLACES = 12
BROKEN = "It could not be worked on. The log has the reason under {reference}."


class InboxWork:
    """The engine's job; once `stopping` is set, it gives back what it has not begun."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Callable[[], datetime],
        stopping: threading.Event,
    ) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._prove = prover(settings)
        self._feeds = Feeds(settings, database, clock)
        self._desk = MailDesk(settings, database, clock)
        self._stopping = stopping

    def take_up(self, ids: Sequence[int]) -> None:
        """Work on each; safe to repeat."""
        for place, row_id in enumerate(ids):
            if not self._insist(row_id):
                self._give_back(ids[place:])
                return

    def _give_back(self, ids: Sequence[int]) -> None:
        """To the next worker at once; where the database is away, the sweep finds them later."""
        try:
            with self._database.transaction() as session:
                inbox.give_back(session, ids, now=self._clock())
        except DBAPIError as error:
            log.warning("not-given-back", reason=type(error.orig).__name__)

    def _insist(self, row_id: int) -> bool:
        """Until it is done, put aside, or somebody else's, however long the database is away.

        False if the worker stops before.
        """
        pause = 0.1
        while not self._stopping.is_set():
            try:
                self._try(row_id)
            except DBAPIError as error:
                if not is_away(error):
                    raise
                log.warning("database-away", reason=type(error.orig).__name__)
            else:
                return True
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return False

    def _try(self, row_id: int) -> None:
        try:
            self._work_on(row_id)
        except TakenElsewhereError:
            return
        except Exception as bug:
            if is_away(bug):
                raise
            reference = uuid4().hex[:8]
            log.error(  # noqa: TRY400  its words are left out
                "mail-shunted",
                reference=reference,
                row=row_id,
                error=type(bug).__name__,
                at=_places(bug),
            )
            with self._database.transaction() as session:
                reason = BROKEN.format(reference=reference)
                inbox.shunt(session, row_id, reason, now=self._clock())

    def _work_on(self, row_id: int) -> None:
        with self._database.reading() as session:
            row = session.get(Incoming, row_id)
        if row is None or row.fate != Standing.READY:
            return
        mail = ReceivedMail(row.raw)
        if row.recipient == Desk.REPLY and is_bounce(mail, row.sender):
            self._bounced(row, mail)
            return
        sender = sole_sender(mail.headers("From"))
        why = why_automatic(mail, row.sender, sender or "")
        feeds = row.recipient == Desk.RESULTS and self._feeds.takes(sender)
        if why and not (feeds and self._feeds.brings(mail)):
            self._ignore(row, f"automatic: {why}")
            return
        proven = None
        if self._prove is not None:
            proven = sender is not None and self._prove(mail, sender)
        if feeds:
            self._feeds.take(row, mail, sender or "", proven=bool(proven), answered=not why)
            return
        self._judged(row, mail, sender, proven)

    def _judged(
        self, row: Incoming, mail: ReceivedMail, sender: str | None, proven: bool | None
    ) -> None:
        with self._database.reading() as session:
            verdict = judge(session, row, sender, proven, now=self._clock())
        day = strange_day(mail, row.received_at, self._settings)
        if isinstance(verdict, Trusted) and day:
            letter = Letter(row, mail, verdict.user_id, verdict.answers)
            self._desk.refuse(letter, "strange-date", not_of_these_days(day))
        elif isinstance(verdict, Trusted):
            self._desk.serve(Letter(row, mail, verdict.user_id, verdict.answers))
        elif verdict.user_id is None or verdict.reason is None:
            self._ignore(row, verdict.code)
        else:
            letter = Letter(row, mail, verdict.user_id, None)
            self._desk.refuse(letter, verdict.code, verdict.reason)

    def _bounced(self, row: Incoming, mail: ReceivedMail) -> None:
        """Pause the mail of the user whose mail it was, if it is their address that refused it."""
        refused, now = refused_addresses(mail), self._clock()
        with self._database.transaction() as session:
            held = inbox.hold(session, row.id or 0, done=0)
            token = session.get(ReplyToken, row.token_hash)
            for address, reason in refused.items() if token is not None else ():
                assert token is not None  # noqa: S101  for the type checker
                pause(session, token.user_id, address, reason, now=now)
            inbox.finish(session, held, Standing.DONE, "bounce", now=now)

    def _ignore(self, row: Incoming, reason: str) -> None:
        with self._database.transaction() as session:
            held = inbox.hold(session, row.id or 0, done=0)
            inbox.finish(session, held, Standing.IGNORED, reason, now=self._clock())


def _places(bug: Exception) -> list[str]:
    """Where it happened. What it says may repeat the mail, which no log may hold."""
    frames = extract_tb(bug.__traceback__)[-MOST_PLACES:]
    return [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
