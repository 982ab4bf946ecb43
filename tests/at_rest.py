"""A service with all its parts that looks at itself as soon as it waits, and stops."""

import gc
import json
import sys
import threading
from functools import partial
from pathlib import Path

from console.logs import configure_logs
from console.opening import read_settings
from console.parts import Name, parts_of
from console.serve import _run
from core import clock
from core.database import Database
from scheduler.jobs import Clockwork
from scheduler.runs import run
from scheduler.timetable import TIMETABLE


class Look(threading.Event):
    """The signal that the service waits for: it comes when all that is regular has been done."""

    def __init__(self, work: Clockwork) -> None:
        super().__init__()
        self._work = work

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002  it does not wait
        failed = [entry.name for entry in TIMETABLE if run(entry, self._work)]
        assert not failed, failed
        sys.stdout.write(json.dumps(_seen()))
        return True


def main() -> None:
    configure_logs()
    settings = read_settings()
    database = Database(settings.database_url)
    now = partial(clock.now, settings)
    parts = parts_of(list(Name), settings, database, now)
    _run(parts, list(Name), Look(Clockwork(database, settings, now)))


def _seen() -> dict[str, object]:
    return {
        "packages": sorted({name.partition(".")[0] for name in sys.modules}),
        "garbage": gc.get_threshold()[0],
        "frozen": gc.get_freeze_count(),
        "megabytes": _megabytes(),
    }


def _megabytes() -> float:
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
