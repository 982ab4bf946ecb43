import threading
from datetime import UTC, datetime, timedelta

from core.settings import Settings
from scheduler.service import SchedulerPart
from scheduler.timetable import Entry


def test_entries_run_at_once_and_then_in_their_rhythm_until_it_is_stopped(database):
    ran, three_times = [], threading.Event()

    def job(work):
        ran.append(work.clock())
        if len(ran) == 3:
            three_times.set()
        return 0

    part = SchedulerPart(
        database,
        Settings(),
        lambda: datetime.now(UTC),
        [Entry("often", job, timedelta(seconds=0.2))],
    )
    part.start()
    assert three_times.wait(10)
    part.stop(5)
    count = len(ran)

    assert not threading.Event().wait(0.6)
    assert len(ran) == count


def test_a_job_that_takes_long_is_not_started_twice_and_its_missed_times_are_joined(database):
    running, most, done = [], [], threading.Event()

    def slow(_):
        running.append(1)
        most.append(len(running))
        threading.Event().wait(0.5)
        running.pop()
        if len(most) == 3:
            done.set()
        return 0

    part = SchedulerPart(
        database,
        Settings(),
        lambda: datetime.now(UTC),
        [Entry("slow", slow, timedelta(seconds=0.1))],
    )
    part.start()
    assert done.wait(15)
    part.stop(5)
    assert set(most) == {1}
