import signal
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from core.engine import Queue, submit
from core.outbox import MAIL_LANE, Owed, owe, sweep
from core.tables import Outgoing, Worker
from core.terms import Channel, Fate

NOW = datetime.now(UTC)


def test_what_is_rolled_back_is_neither_owed_nor_enqueued(crew):
    with pytest.raises(ZeroDivisionError), crew.database.transaction() as session:
        owe(session, [Owed(Channel.MAIL, MAIL_LANE, "a", "test", {})], now=NOW)
        submit(session, Queue.MAIL, "send", [1], lane=MAIL_LANE)
        raise ZeroDivisionError

    assert crew.fates() == {}
    assert crew.database.work.inspect() == []


def test_everything_owed_is_sent_once_and_forgotten(crew):
    crew.owe(450, about={"code": "secret"})
    crew.hire()

    crew.wait(crew.is_done)

    assert Counter(key for key, _, _ in crew.sent()) == {f"mail:{n}": 1 for n in range(450)}
    with crew.database.reading() as session:
        rows = session.exec(select(Outgoing)).all()
    assert {row.fate for row in rows} == {Fate.SENT}
    assert all(row.about == {} and row.external_id == row.dedupe_key for row in rows)


def test_the_same_key_is_owed_once_for_ever(crew):
    crew.owe(3)
    crew.owe(5)
    crew.hire()
    crew.wait(crew.is_done)
    crew.owe(5)

    crew.wait(crew.is_done)
    assert sorted(key for key, _, _ in crew.sent()) == [f"mail:{n}" for n in range(5)]


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_begun(crew):
    crew.owe(100)
    process = crew.hire(takes=0.1)
    crew.wait(lambda: len(crew.sent()) >= 3)

    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0

    left = crew.fates()
    assert left[Fate.SENT.value] == len(crew.sent()) < 100
    assert left.keys() == {Fate.SENT.value, Fate.READY.value}
    with crew.database.reading() as session:
        assert session.exec(select(Worker)).all() == [], "nobody has to rescue it"
    crew.hire()
    crew.wait(crew.is_done)
    assert len(crew.sent()) == 100


def test_work_that_the_engine_lost_is_found_by_the_sweep(crew):
    with crew.database.transaction() as session:
        session.add(
            Outgoing(
                channel="mail",
                lane=MAIL_LANE,
                dedupe_key="lost",
                kind="test",
                due_at=NOW - timedelta(hours=1),
                created_at=NOW - timedelta(hours=1),
            )
        )
    crew.hire()

    with crew.database.transaction() as session:
        assert sweep(session, now=NOW) == 1
    with crew.database.transaction() as session:
        assert sweep(session, now=NOW) == 0, "it is not stale any more"

    crew.wait(crew.is_done)
    assert [key for key, _, _ in crew.sent()] == ["lost"]


def test_a_retry_waits_out_a_restart(crew):
    crew.owe(1)
    first = crew.hire(fails=1, first_delay=2.0)
    crew.wait(lambda: _attempts(crew) == 1 and crew.fates() == {Fate.READY.value: 1})
    first.kill()
    first.wait()
    began = datetime.now(UTC)

    crew.hire(rescues=False)
    crew.wait(crew.is_done)

    assert len(crew.sent()) == 1
    assert _attempts(crew) == 2
    with crew.database.reading() as session:
        assert session.exec(select(Outgoing)).one().finished_at > began


def _attempts(crew) -> int:
    with crew.database.reading() as session:
        return session.exec(select(Outgoing)).one().attempts


def test_finished_work_is_pruned_and_unfinished_is_kept(crew):
    crew.owe(450)
    crew.hire()
    crew.wait(crew.is_done)
    crew.processes[0].send_signal(signal.SIGTERM)
    crew.processes[0].wait(20)
    crew.owe(1, start=1000)

    pruned = crew.database.work.prune(datetime.now(UTC) + timedelta(minutes=1))

    assert pruned == 3
    assert [one.state for one in crew.database.work.inspect()] == ["ENQUEUED"]
