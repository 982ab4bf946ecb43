"""A worker: the engine and its courier, for as long as this process serves."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError

from core import heartbeats, outbox
from core.courier import Courier
from core.database import Database
from core.engine import Job
from core.terms import Channel
from core.transports import Transport

log = structlog.get_logger(__name__)


class WorkerPart:
    """Sends what is owed, and does whatever other work has a job here.

    `stopping` is set when it ends, for jobs that would otherwise go on for long.
    """

    def __init__(
        self,
        database: Database,
        transports: Mapping[Channel, Transport],
        clock: Callable[[], datetime],
        jobs: Mapping[str, Job] | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self.name = f"{os.getpid()}-{uuid4().hex}"
        self._database, self._transports = database, transports
        self._courier = Courier(database, transports, self.name, clock, stopping)
        self._jobs = {outbox.SEND: self._courier.send, **(jobs or {})}
        self._stopped = threading.Event()
        self._beating = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Take up work; on SQLite, where nobody else is, first what a process before us left."""
        self._beat()
        if self._database.is_sqlite:
            heartbeats.rescue(self._database, me=self.name, alone=True)
        self._database.work.run(self.name, self._jobs)
        self._beating.start()

    def stop(self, grace: float) -> None:
        """Finish what was begun within `grace` seconds and give back the rest."""
        self._courier.stopping.set()
        done = self._database.work.stop(grace)
        self._stopped.set()
        self._beating.join(heartbeats.BEAT_SECONDS)
        for transport in self._transports.values():
            transport.close()
        if done:
            self._leave()

    def _leave(self) -> None:
        """Without this row nobody has to rescue us; with it somebody will look."""
        try:
            with self._database.transaction() as session:
                heartbeats.leave(session, self.name)
        except DBAPIError as outage:
            log.warning("not-signed-off", reason=type(outage.orig).__name__)

    def _beat(self) -> None:
        with self._database.transaction() as session:
            heartbeats.beat(session, self.name, heartbeats.WORKER)

    def _beat_on(self) -> None:
        while not self._stopped.wait(heartbeats.BEAT_SECONDS):
            try:
                self._beat()
            except DBAPIError as outage:
                log.warning("no-heartbeat", reason=type(outage.orig).__name__)
