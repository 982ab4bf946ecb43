"""A worker as a process of its own, which sends into a file: what tests kill and stop.

`python -m tests.engine.worker '{"url": …, "sink": …}'`; further members change what is written
in OPTIONS. It prints `ready`, and stops on SIGTERM.
"""

import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core import heartbeats, outbox
from core.composing import composes
from core.database import Database
from core.terms import Channel
from core.transports import NotSent
from core.worker import WorkerPart

OPTIONS = {
    "dead_after": 30.0,
    "beat": 0.3,
    "first_delay": 30.0,
    "spacing": 0.0,
    "takes": 0.0,
    "fails": 0,
    "rescues": True,
    "grace": 5.0,
}


class Sink:
    """A transport that appends a line for each send: the key, the worker and the moment."""

    def __init__(self, options) -> None:
        self.spacing = options["spacing"]
        self._takes, self._fails = options["takes"], options["fails"]
        self._file = os.open(options["sink"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def send(self, message) -> str:
        if self._fails:
            self._fails -= 1
            raise NotSent("The sink is not ready.")
        time.sleep(self._takes)
        os.write(self._file, f"{message.key} {os.getpid()} {time.time()}\n".encode())
        return message.key

    def close(self) -> None:
        os.close(self._file)


@composes("test")
def _notice(_) -> str:
    return "something"


def main() -> None:
    options = OPTIONS | json.loads(sys.argv[1])
    heartbeats.DEAD_AFTER = timedelta(seconds=options["dead_after"])
    heartbeats.BEAT_SECONDS = options["beat"]
    outbox.FIRST_DELAY = options["first_delay"]
    database = Database(options["url"])
    sinks = {channel: Sink(options) for channel in (Channel.MAIL, Channel.SLACK)}
    worker = WorkerPart(database, sinks, lambda: datetime.now(UTC))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.start()
    print("ready", flush=True)
    while not stop.wait(0.5):
        if options["rescues"]:
            _rescue(database, worker.name)
    worker.stop(options["grace"])
    database.close()


def _rescue(database: Database, me: str) -> None:
    try:
        heartbeats.rescue(database, me=me)
    except Exception as error:  # noqa: BLE001  the next turn tries again
        print("rescue failed:", type(error).__name__, file=sys.stderr)


def lines(sink: Path) -> list[tuple[str, str, float]]:
    """What was sent so far."""
    if not sink.exists():
        return []
    parts = (line.split() for line in sink.read_text().splitlines())
    return [(key, pid, float(moment)) for key, pid, moment in parts]


if __name__ == "__main__":
    main()
