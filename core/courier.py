"""The one job of the engine that sends: a chunk of the ledger's rows, one after another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from core import (  # noqa: F401  composers
    account_notices,
    change_notices,
    channel_news,
    digest_notices,
    endpoint_notices,
    feed_notices,
    outbox,
    picture_notices,
    result_notices,
    slack_cards,
    webhooks,
)
from core.composing import Unwanted, compose
from core.database import Database, is_away
from core.tables import Outgoing
from core.terms import Channel
from core.transports import InDoubt, LaneDown, Message, NotSent, Refused, Transport

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")

LANE_DOWN_SECONDS = 60.0
LONGEST_PAUSE = 10.0
NO_TRANSPORT = "Nothing here sends by {channel}: it is not configured."
BROKEN = "It could not be made or sent. The log has the reason under {reference}."


class Courier:
    """Sends as one worker. `stopping` makes it give back what it has not begun."""

    def __init__(
        self,
        database: Database,
        transports: Mapping[Channel, Transport],
        worker: str,
        clock: Callable[[], datetime],
        stopping: threading.Event | None = None,
    ) -> None:
        self._database, self._transports = database, transports
        self._worker, self._clock = worker, clock
        self.stopping = stopping or threading.Event()

    def send(self, ids: Sequence[int]) -> None:
        """Send rows of one lane that are due; those that fail have their next turn when this ends.

        Safe to repeat: a row is sent by whoever moves it from ready.
        """
        shared: dict[Any, Any] = {}
        for place, row_id in enumerate(ids):
            if self.stopping.is_set():
                self._postpone(ids[place:], 0)
                return
            try:
                self._send_one(row_id, shared)
            except LaneDown as down:
                self._postpone(ids[place + 1 :], down.retry_after or LANE_DOWN_SECONDS)
                return

    def _send_one(self, row_id: int, shared: dict[Any, Any]) -> None:
        row = self._insist(
            lambda session: outbox.begin(session, row_id, self._worker, now=self._clock())
        )
        if row is None:
            return
        transport = self._transports.get(Channel(row.channel))
        if transport is None:
            reason = NO_TRANSPORT.format(channel=row.channel)
            self._insist(lambda session: outbox.put_off(session, row, reason, now=self._clock()))
            return
        self._insist(self._outcome(transport, row, shared))
        if transport.spacing:
            self.stopping.wait(transport.spacing)

    def _outcome(
        self, transport: Transport, row: Outgoing, shared: dict[Any, Any]
    ) -> Callable[[Session], Any]:
        """Compose and send it; give what is to be written down about it."""
        try:
            message = self._composed(row, shared)
            if isinstance(message, Unwanted):
                reason = message.reason
                return lambda session: outbox.drop(session, row, reason, now=self._clock())
            external_id = transport.send(message)
        except NotSent as no:
            put_off = self._put_off(row, no)
            if isinstance(no, LaneDown):
                self._insist(put_off)
                raise
            return put_off
        except Refused as no:
            reason = str(no)
            return lambda session: outbox.give_up(session, row, reason, now=self._clock())
        except InDoubt as doubt:
            return self._doubtful(row, str(doubt))
        except Exception as bug:  # noqa: BLE001  one piece of queued work must not stop the others
            return self._broken(row, bug)
        return lambda session: self._sent(session, row, message, external_id)

    def _sent(self, session: Session, row: Outgoing, message: Message, external_id: str) -> None:
        now = self._clock()
        if outbox.sent(session, row, external_id, now=now) and row.channel == Channel.SLACK:
            slack_cards.keep_sent(session, message, external_id, now=now)

    def _composed(self, row: Outgoing, shared: dict[Any, Any]) -> Message | Unwanted:
        with self._database.reading() as session:
            return compose(session, row, shared, now=self._clock())

    def _put_off(self, row: Outgoing, no: NotSent) -> Callable[[Session], Any]:
        reason, after = str(no), no.retry_after
        return lambda session: outbox.put_off(session, row, reason, after=after, now=self._clock())

    def _broken(self, row: Outgoing, bug: Exception) -> Callable[[Session], Any]:
        """A bug gives it up, a database that is away only puts it off."""
        if is_away(bug):
            return self._put_off(row, NotSent("The database was away."))
        reason = _logged(row, bug)
        return lambda session: outbox.give_up(session, row, reason, now=self._clock())

    def _doubtful(self, row: Outgoing, reason: str) -> Callable[[Session], Any]:
        if outbox.repeats(Channel(row.channel)):
            return lambda session: outbox.put_off(session, row, reason, now=self._clock())
        return lambda session: outbox.hold(session, row, reason)

    def _postpone(self, ids: Sequence[int], seconds: float) -> None:
        self._insist(
            lambda session: outbox.postpone(session, ids, after=seconds, now=self._clock())
        )

    def _insist(self, work: Callable[[Session], Answer]) -> Answer:
        """Do it in a transaction, however long the database is away.

        What was sent must be written down, so this ends only when it is, or with the process.
        """
        pause = 0.1
        while True:
            try:
                with self._database.transaction() as session:
                    return work(session)
            except DBAPIError as error:
                if not is_away(error):
                    raise
                log.warning("database-away", reason=type(error.orig).__name__)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _logged(row: Outgoing, bug: Exception) -> str:
    reference = uuid4().hex[:8]
    log.error("not-sent", reference=reference, row=row.id, kind=row.kind, exc_info=bug)
    return BROKEN.format(reference=reference)
