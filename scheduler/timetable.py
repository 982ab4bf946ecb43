"""The jobs as data: what is done how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from scheduler import jobs


@dataclass(frozen=True, slots=True)
class Entry:
    """A job that every scheduler looks at every so often.

    With `rest` it is done by one of them only, once that much time has passed since it was.
    """

    name: str
    job: jobs.Job
    every: timedelta
    rest: timedelta | None = None


TIMETABLE = (
    Entry("digests", jobs.send_digests, timedelta(seconds=15)),
    Entry("pictures", jobs.send_pictures, timedelta(minutes=1)),
    Entry("rescue", jobs.rescue_workers, timedelta(seconds=10)),
    Entry("sweep", jobs.sweep_ledger, timedelta(minutes=1)),
    Entry("poll", jobs.poll_results, timedelta(seconds=20), rest=timedelta(minutes=1)),
    Entry("watches", jobs.check_watches, timedelta(minutes=1), rest=timedelta(minutes=5)),
    Entry("feed alarm", jobs.sound_feed_alarm, timedelta(minutes=1), rest=timedelta(minutes=5)),
    Entry("sittings", jobs.note_sittings, timedelta(minutes=1)),
    Entry("prune", jobs.prune_engine, timedelta(minutes=5), rest=timedelta(hours=1)),
    Entry("retention", jobs.apply_retention, timedelta(minutes=10), rest=timedelta(days=1)),
)
