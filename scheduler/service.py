"""The timetable kept by APScheduler: ticks in memory only, for what is due is in tables.

Two schedulers on one job store fired every job twice when it was tried (research/engine.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler

from core.database import Database
from core.settings import Settings
from scheduler.jobs import Clockwork
from scheduler.runs import run
from scheduler.timetable import TIMETABLE, Entry


class SchedulerPart:
    """Looks at each entry of the timetable when its time has come; missed times are joined."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime],
        timetable: Sequence[Entry] = TIMETABLE,
    ) -> None:
        work = Clockwork(database, settings, clock)
        self._ticks = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for entry in timetable:
            self._ticks.add_job(
                run,
                "interval",
                (entry, work),
                id=entry.name,
                seconds=entry.every.total_seconds(),
                next_run_time=datetime.now().astimezone(),
            )

    def start(self) -> None:
        """Everything is looked at once, and then in its own rhythm."""
        self._ticks.start()

    def stop(self, grace: float) -> None:  # noqa: ARG002  a job ends by itself, or rolls back
        """Wait for jobs that run now."""
        self._ticks.shutdown(wait=True)
