"""The inbox by itself: what is stored is worked on, however often it is lost on the way."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core import inbox
from core.inbox import CHUNK, STALE, Arrived, Standing
from core.refusals import Kind, Refusal
from core.tables import Incoming
from tests.builders import NOW


def a_mail(n=0):
    return Arrived(f"identity-{n}", "results", None, "ann@uni.example", "smtp", b"Subject: x\r\n")


@pytest.fixture
def stored(database):
    """Several mails, and their rows' ids."""

    def store(many):
        with database.transaction() as session:
            inbox.store(session, [a_mail(n) for n in range(many)], now=NOW)
            return list(session.exec(select(Incoming.id).order_by(Incoming.id)))

    return store


def swept(database, now):
    with database.transaction() as session:
        return inbox.sweep(session, now=now)


def jobs(database):
    """How often the engine was given work."""
    return len(database.work.inspect(most=1000))


def test_a_mail_is_stored_and_enqueued_once(database, stored):
    stored(CHUNK + 1)
    assert jobs(database) == 2
    stored(CHUNK + 1)
    assert jobs(database) == 2


def test_the_sweep_leaves_alone_what_the_engine_was_given_a_moment_ago(database, stored):
    stored(3)
    assert swept(database, NOW + STALE) == 0
    assert jobs(database) == 1


def test_the_sweep_gives_what_was_lost_to_the_engine_once_and_not_every_minute(database, stored):
    stored(3)
    late = NOW + STALE + timedelta(seconds=1)

    assert swept(database, late) == 3
    assert jobs(database) == 2
    assert swept(database, late + timedelta(minutes=1)) == 0
    assert swept(database, late + STALE + timedelta(seconds=1)) == 3


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.READY])
def test_the_sweep_touches_nothing_that_is_done_or_put_aside(database, stored, standing):
    (one,) = stored(1)
    with database.transaction() as session:
        session.get_one(Incoming, one).fate = standing.value

    assert swept(database, NOW + STALE * 2) == 0


def test_the_oldest_are_swept_first_and_so_many_at_once(database, stored):
    ids = stored(5)
    with database.transaction() as session:
        for age, one in enumerate(ids):
            session.get_one(Incoming, one).received_at = NOW - timedelta(hours=age)
    with database.transaction() as session:
        assert inbox.sweep(session, now=NOW + STALE * 2, most=2) == 2
    with database.reading() as session:
        again = [one for one in ids if session.get_one(Incoming, one).enqueued_at > NOW]
    assert again == ids[-2:]


def test_a_mail_that_is_tried_again_is_enqueued_and_not_swept_at_once(database, stored):
    (one,) = stored(1)
    with database.transaction() as session:
        inbox.shunt(session, one, "a bug", now=NOW)
    before, later = jobs(database), NOW + timedelta(days=3)
    with database.transaction() as session:
        inbox.retry(session, one, now=later)

    assert jobs(database) == before + 1
    assert swept(database, later) == 0


@pytest.mark.parametrize("change", [inbox.retry, inbox.drop])
def test_only_a_mail_that_was_put_aside_is_tried_again_or_dropped(database, stored, change):
    (one,) = stored(1)
    for number in (one, 99):
        with pytest.raises(Refusal) as no, database.transaction() as session:
            change(session, number, now=NOW)
        assert no.value.kind is Kind.MISSING


def test_what_a_worker_gives_back_is_enqueued_unless_it_is_done(database, stored):
    first, second = stored(2)
    with database.transaction() as session:
        inbox.finish(session, session.get_one(Incoming, first), Standing.DONE, now=NOW)
    before = jobs(database)
    with database.transaction() as session:
        inbox.give_back(session, [first, second], now=NOW)
    assert jobs(database) == before + 1
    with database.transaction() as session:
        inbox.give_back(session, [first], now=NOW)
    assert jobs(database) == before + 1
