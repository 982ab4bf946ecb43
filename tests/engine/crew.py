import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func
from sqlmodel import col, select

from core.database import Database
from core.outbox import MAIL_LANE, Owed, owe
from core.tables import Outgoing
from core.terms import Channel, Fate
from tests.engine.worker import lines


class Crew:
    """Workers on one database, and what they send."""

    def __init__(self, url: str, sink: Path) -> None:
        self.url, self.sink = url, sink
        self.database = Database(url)
        self.processes: list[subprocess.Popen] = []

    def hire(self, *, wait: bool = True, **options) -> subprocess.Popen:
        """Start a worker; with `wait` it is at work when this comes back."""
        given = json.dumps({"url": self.url, "sink": str(self.sink)} | options)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.worker", given], stdout=subprocess.PIPE, text=True
        )
        self.processes.append(process)
        if wait:
            assert process.stdout.readline() == "ready\n"
        return process

    def owe(self, count: int, *, channel=Channel.MAIL, lane=MAIL_LANE, start=0, about=None) -> None:
        with self.database.transaction() as session:
            rows = (
                Owed(channel, lane, f"{channel.value}:{n}", "test", about or {})
                for n in range(start, start + count)
            )
            owe(session, rows, now=datetime.now(UTC))

    def sent(self) -> list[tuple[str, str, float]]:
        return lines(self.sink)

    def fates(self) -> dict[str, int]:
        with self.database.reading() as session:
            found = session.execute(
                select(col(Outgoing.fate), func.count()).group_by(col(Outgoing.fate))
            )
            return dict(found.all())

    def wait(self, done: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, (self.fates(), len(self.sent()))
            time.sleep(0.1)

    def is_done(self) -> bool:
        fates = self.fates()
        return not fates.get(Fate.READY.value) and not fates.get(Fate.SENDING.value)

    def dismiss(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
            process.stdout.close()
        self.database.close()
