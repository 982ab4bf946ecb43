"""What ENGINE.md wants shown: killed, stopped and cut off, nothing is lost.

A send cut off between its beginning and its note is in doubt: mail is repeated with the same
identity, a post in Slack is held. So nothing may be unsent, no post may be sent twice, and what
is repeated or held is at most what was under way: the slots of each worker that was killed.
"""

import random
import signal
import time
from collections import Counter

import pytest

from core.engine import Queue
from core.engine_dbos import SLOTS
from core.terms import Channel, Fate
from tests.engine.crew import Crew
from tests.servers.postgres import PostgresServer

KILLS = 50
MAILS, POSTS = 3000, 500


def kill(crew, process):
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    crew.processes.remove(process)


def assert_nothing_lost(crew, kills: int) -> None:
    sends = Counter(key for key, _, _ in crew.sent())
    fates = crew.fates()
    held = fates.get(Fate.HELD.value, 0)
    unsent = {f"mail:{n}" for n in range(MAILS)} - sends.keys()
    assert not unsent
    posts = {key: n for key, n in sends.items() if key.startswith("slack:")}
    assert max(posts.values()) == 1
    assert len(posts) >= POSTS - held
    repeated = sum(n - 1 for n in sends.values())
    assert repeated <= kills * SLOTS[Queue.MAIL]
    assert held <= kills * SLOTS[Queue.SLACK]
    assert fates[Fate.SENT.value] + held == MAILS + POSTS


def owe_all(crew) -> None:
    crew.owe(MAILS)
    for n in range(POSTS):
        crew.owe(1, channel=Channel.SLACK, lane=f"C{n % 25}", start=n)


@pytest.mark.timeout(600)
def test_the_one_process_killed_fifty_times_loses_nothing(sqlite_crew):
    owe_all(sqlite_crew)
    dice, kills = random.Random(1), 0
    while kills < KILLS and not sqlite_crew.is_done():
        process = sqlite_crew.hire(takes=0.02)
        time.sleep(dice.uniform(0.05, 0.8))
        kill(sqlite_crew, process)
        kills += 1

    assert kills > 20, "the load was done before the killing was"
    sqlite_crew.hire()
    sqlite_crew.wait(sqlite_crew.is_done, 240)
    assert_nothing_lost(sqlite_crew, kills)


@pytest.mark.timeout(600)
def test_one_of_three_processes_killed_again_and_again_loses_nothing(postgres_crew):
    owe_all(postgres_crew)
    dice, kills = random.Random(2), 0
    working = [postgres_crew.hire(takes=0.02, dead_after=1.5) for _ in range(3)]
    while kills < KILLS and not postgres_crew.is_done():
        time.sleep(dice.uniform(0.05, 0.8))
        victim = working.pop(dice.randrange(3))
        kill(postgres_crew, victim)
        kills += 1
        working.append(postgres_crew.hire(wait=False, takes=0.02, dead_after=1.5))

    assert kills > 10, "the load was done before the killing was"
    postgres_crew.wait(postgres_crew.is_done, 240)
    assert_nothing_lost(postgres_crew, kills)


@pytest.mark.timeout(300)
def test_a_worker_that_was_stopped_and_goes_on_sends_nothing_that_another_sent(postgres_crew):
    postgres_crew.owe(600)
    sleeper = postgres_crew.hire(takes=0.01, rescues=False)
    postgres_crew.wait(lambda: len(postgres_crew.sent()) > 20)
    sleeper.send_signal(signal.SIGSTOP)
    time.sleep(2.5)
    postgres_crew.hire(takes=0.001, dead_after=2.0)
    postgres_crew.wait(lambda: len(postgres_crew.sent()) > 300)
    sleeper.send_signal(signal.SIGCONT)

    postgres_crew.wait(postgres_crew.is_done, 120)

    sends = Counter(key for key, _, _ in postgres_crew.sent())
    assert sends.keys() == {f"mail:{n}" for n in range(600)}
    assert sum(n - 1 for n in sends.values()) <= SLOTS[Queue.MAIL], "those that it was sending"


@pytest.mark.timeout(300)
def test_the_database_restarted_during_a_rescue_loses_nothing(tmp_path, migrated_postgres):
    server = PostgresServer(fsync="on", full_page_writes="on")
    try:
        from core.database import migrate

        server.administer("CREATE DATABASE results")
        migrate(server.url("results"))
        crew = Crew(server.url("results"), tmp_path / "sent")
        _restarted_during_a_rescue(crew, server)
        crew.dismiss()
    finally:
        server.close()


def _restarted_during_a_rescue(crew, server) -> None:
    crew.owe(1500)
    doomed = [crew.hire(takes=0.01, rescues=False) for _ in range(2)]
    crew.wait(lambda: len(crew.sent()) > 30)
    crew.hire(takes=0.01, dead_after=1.5)
    for process in doomed:
        kill(crew, process)
    time.sleep(1.8)
    server.stop()
    time.sleep(1.0)
    server.start()

    def is_done() -> bool:
        try:
            return crew.is_done()
        except Exception:  # noqa: BLE001  the server is not there yet
            crew.database.close()
            return False

    crew.wait(is_done, 150)
    sends = Counter(key for key, _, _ in crew.sent())
    assert sends.keys() == {f"mail:{n}" for n in range(1500)}
    assert sum(n - 1 for n in sends.values()) <= 3 * SLOTS[Queue.MAIL]
