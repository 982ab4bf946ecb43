from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlmodel import select

from core.settings import Settings
from core.tables import TickRun
from scheduler.jobs import Clockwork
from scheduler.runs import run
from scheduler.timetable import TIMETABLE, Entry
from tests.builders import NOW

OFTEN = timedelta(seconds=10)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def work(database):
    return Clockwork(database, Settings(), Clock())


def noted(work):
    with work.database.reading() as session:
        return {row.job: row for row in session.exec(select(TickRun))}


def test_every_job_of_the_timetable_runs_on_an_empty_database_and_is_noted(work):
    for entry in TIMETABLE:
        assert run(entry, work) == ""

    rows = noted(work)
    assert rows.keys() == {entry.name for entry in TIMETABLE}
    assert all((row.ran_at, row.error) == (NOW, "") for row in rows.values())


def test_a_failure_is_noted_with_its_reference_and_since_when(work, capsys):
    def fails(_):
        raise ZeroDivisionError

    entry = Entry("odd", fails, OFTEN)
    error = run(entry, work)
    work.clock.now = NOW + OFTEN
    run(entry, work)

    row = noted(work)["odd"]
    assert error.startswith("ZeroDivisionError, reference ")
    assert row.error.startswith("ZeroDivisionError, reference ")
    assert (row.failing_since, row.ran_at) == (NOW, NOW + OFTEN)

    run(Entry("odd", lambda _: 0, OFTEN), work)
    row = noted(work)["odd"]
    assert (row.error, row.failing_since) == ("", None)


def test_a_run_that_did_nothing_is_noted_once_a_minute_only(work):
    entry = Entry("idle", lambda _: 0, OFTEN)
    run(entry, work)
    work.clock.now = NOW + OFTEN
    run(entry, work)
    assert noted(work)["idle"].ran_at == NOW

    work.clock.now = NOW + timedelta(minutes=1)
    run(entry, work)
    assert noted(work)["idle"].ran_at == work.clock.now


def test_a_job_that_rests_is_done_by_one_scheduler_once_in_its_time(work):
    done, together = [], Barrier(4)
    entry = Entry("daily", lambda _: done.append(1) or 1, OFTEN, rest=timedelta(days=1))

    def tick():
        together.wait()
        run(entry, work)

    threads = [Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run(entry, work)
    assert len(done) == 1

    work.clock.now = NOW + timedelta(days=1)
    run(entry, work)
    run(entry, work)
    assert len(done) == 2
