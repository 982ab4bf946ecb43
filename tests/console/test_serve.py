import ctypes
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from console.parts import Name, parts_of
from core import inbox
from core.database import migrate
from core.inbox import Arrived
from core.settings import Settings
from core.tables import Incoming
from tests.builders import NOW
from tests.servers.postgres import PostgresServer
from tests.walks.terminal import Terminal


@pytest.fixture
def terminal(tmp_path, database_url):
    return Terminal(tmp_path, database_url)


@contextmanager
def serving(terminal, *parts):
    process = terminal.serve(*parts)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(process, words: str, seconds: float = 60) -> str:
    """Wait for a line with these words in its log."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for line in process.log.read_text().splitlines():
            if words in line:
                return line
        time.sleep(0.05)
    raise AssertionError(words, process.log.read_text()[-2000:])


def stopped(process) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def test_it_serves_until_it_is_told_to_stop(terminal):
    with serving(terminal, "scheduler") as process:
        until(process, "Serving: scheduler.")
        assert stopped(process) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="tgkill is Linux's")
def test_a_signal_that_another_thread_gets_stops_it_too(terminal):
    with serving(terminal, "scheduler") as process:
        until(process, "Serving: scheduler.")
        threads = {int(one.name) for one in Path(f"/proc/{process.pid}/task").iterdir()}
        another = max(threads - {process.pid})

        ctypes.CDLL(None).tgkill(process.pid, another, signal.SIGTERM)

        assert process.wait(20) == 0


def test_it_waits_for_init_which_may_come_later(tmp_path, empty_database_url):
    terminal = Terminal(tmp_path, empty_database_url)
    with serving(terminal, "scheduler") as process:
        assert "results-bot init" in until(process, "waiting-for-database")

        terminal.type("init")

        until(process, "Serving: scheduler.")
        assert stopped(process) == 0


def test_slack_that_is_not_configured_is_left_out_or_refused_if_it_was_named(terminal):
    refused = terminal.type("serve", "bot", exits=2)

    assert "RESULTS_SLACK_BOT_TOKEN" in refused.stderr


def test_told_to_stop_while_it_waits_it_stops(tmp_path, empty_database_url):
    with serving(Terminal(tmp_path, empty_database_url), "scheduler") as process:
        until(process, "waiting-for-database")
        assert stopped(process) == 0


def test_it_waits_for_a_server_that_comes_later_and_survives_one_that_goes_away(tmp_path):
    server = PostgresServer(fsync="on")
    try:
        server.administer("CREATE DATABASE results")
        migrate(server.url("results"))
        server.stop()
        terminal = Terminal(tmp_path, server.url("results"))
        with serving(terminal, "scheduler") as process:
            until(process, "waiting-for-database")
            server.start()
            until(process, "Serving: scheduler.")

            server.stop()
            until(process, "job-failed")
            server.start()
            _wait_for_a_good_run(terminal)
            assert stopped(process) == 0
    finally:
        server.close()


def _wait_for_a_good_run(terminal) -> None:
    for _ in range(60):
        jobs = {one["job"]: one for one in terminal.json("queue", "list")["jobs"]}
        if jobs.get("rescue", {"error": "none yet"})["error"] == "":
            return
    raise AssertionError(jobs)


def test_a_newer_database_is_refused_at_once(tmp_path, sqlite_url):
    from core.database import Database

    database = Database(sqlite_url)
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    refused = Terminal(tmp_path, sqlite_url).type("serve", "scheduler", exits=7)
    assert "newer results-bot" in refused.stderr


def test_sqlite_admits_one_service_and_says_so(tmp_path, sqlite_url):
    terminal = Terminal(tmp_path, sqlite_url)
    with serving(terminal, "scheduler") as process:
        until(process, "Serving: scheduler.")

        refused = terminal.type("serve", "worker", exits=5)

        assert "SQLite admits one" in refused.stderr.replace("\n", " ")
        process.kill()
        process.wait()
        with serving(terminal, "scheduler") as second:
            until(second, "Serving: scheduler.")


def test_a_worker_that_stops_gives_mail_that_it_has_not_begun_to_the_next(database):
    with database.transaction() as session:
        inbox.store(
            session, [Arrived("1", "results", None, "a@b.example", "smtp", b"X: y\r\n")], now=NOW
        )
        row_id = session.exec(select(Incoming.id)).one()
    (part,) = parts_of([Name.WORKER], Settings(_env_file=None), database, lambda: NOW)
    before = len(database.work.inspect())
    part._courier.stopping.set()

    part._jobs[inbox.TAKE_UP]([row_id])

    assert len(database.work.inspect()) == before + 1
    with database.reading() as session:
        assert session.get_one(Incoming, row_id).fate == "ready"
