from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from core import outbox
from core.outbox import FIRST_DELAY, LONGEST_DELAY, MAIL_LANE, MOST_ATTEMPTS, Owed, owe
from core.tables import Outgoing
from core.terms import Channel, Fate
from tests.builders import NOW

SECRET = {"code": "K7Q2"}


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


def an_owed(session, key="a", channel=Channel.MAIL, lane=MAIL_LANE, **more):
    owe(session, [Owed(channel, lane, key, "test", SECRET, **more)], now=NOW)
    return session.exec(select(Outgoing).where(Outgoing.dedupe_key == key)).one().id


def begun(session, row_id, worker="w1", now=NOW):
    return outbox.begin(session, row_id, worker, now=now)


def row_of(session, row_id):
    session.expire_all()
    return session.get_one(Outgoing, row_id)


def test_what_is_owed_twice_under_one_key_is_owed_once(session):
    one = Owed(Channel.MAIL, MAIL_LANE, "a", "test", {})

    assert owe(session, [one, one], now=NOW) == 1
    assert owe(session, [one], now=NOW) == 0


@settings(max_examples=15)
@given(lanes=st.lists(st.sampled_from("abc"), max_size=12))
def test_a_piece_of_work_holds_rows_of_one_lane_and_every_row_is_in_one(database, lanes):
    prefix = uuid4().hex
    before = len(database.work.inspect(most=10_000))
    with database.transaction() as session:
        rows = (
            Owed(Channel.WEBHOOK, lane, f"{prefix}:{n}", "test", {}) for n, lane in enumerate(lanes)
        )
        assert owe(session, rows, now=NOW) == len(lanes)

    assert len(database.work.inspect(most=10_000)) - before == len(set(lanes))


def test_one_worker_begins_a_row(session):
    row_id = an_owed(session)

    row = begun(session, row_id)

    assert (row.fate, row.worker, row.attempts) == (Fate.SENDING, "w1", 1)
    assert begun(session, row_id, "w2") is None


def test_a_row_is_not_begun_before_it_is_due(session):
    row_id = an_owed(session, due_at=NOW + timedelta(hours=1))

    assert begun(session, row_id) is None
    assert begun(session, row_id, now=NOW + timedelta(hours=1)) is not None


def test_what_is_sent_or_dropped_is_forgotten_and_what_failed_is_kept(session):
    rows = {key: begun(session, an_owed(session, key)) for key in "abcd"}

    assert outbox.sent(session, rows["a"], "<id@there>", now=NOW)
    assert outbox.drop(session, rows["b"], "not wanted", now=NOW)
    assert outbox.give_up(session, rows["c"], "550 no such user", now=NOW)
    assert outbox.hold(session, rows["d"], "broken off")

    a, b, c, d = (row_of(session, row.id) for row in rows.values())
    assert [one.fate for one in (a, b, c, d)] == ["sent", "dropped", "dead", "held"]
    assert [one.about for one in (a, b, c, d)] == [{}, {}, SECRET, SECRET]
    assert [one.last_error for one in (b, c, d)] == ["not wanted", "550 no such user", "broken off"]
    assert (a.external_id, a.finished_at, d.finished_at) == ("<id@there>", NOW, None)


def test_a_worker_whose_row_was_taken_away_changes_nothing(session):
    row_id = an_owed(session)
    slow = begun(session, row_id)
    session.expunge(slow)
    outbox.settle(session, "w1")
    quick = begun(session, row_id, "w2")
    session.expunge(quick)

    assert not outbox.sent(session, slow, "late", now=NOW)
    assert not outbox.put_off(session, slow, "late", now=NOW)
    assert not outbox.hold(session, slow, "late")
    assert outbox.sent(session, quick, "right", now=NOW)
    assert row_of(session, row_id).external_id == "right"


def test_a_row_is_put_off_with_a_reason(session):
    row = begun(session, an_owed(session))

    outbox.put_off(session, row, "451 later", now=NOW)

    again = row_of(session, row.id)
    assert (again.fate, again.worker, again.last_error) == (Fate.READY, None, "451 later")
    assert NOW < again.due_at <= NOW + timedelta(seconds=FIRST_DELAY * 1.2)


def test_the_receivers_own_word_on_when_to_come_back_is_kept(session):
    row = begun(session, an_owed(session))

    outbox.put_off(session, row, "429", after=3600, now=NOW)

    assert row_of(session, row.id).due_at == NOW + timedelta(hours=1)


def test_after_three_days_of_attempts_it_is_given_up(session):
    row_id = an_owed(session)
    now = NOW
    for _ in range(MOST_ATTEMPTS):
        row = begun(session, row_id, now=now)
        session.expunge(row)
        outbox.put_off(session, row, "451", now=now)
        now = max(now, row_of(session, row_id).due_at)

    assert row_of(session, row_id).fate == Fate.DEAD
    assert timedelta(days=2) < now - NOW < timedelta(days=4)


@given(st.integers(min_value=1, max_value=200))
def test_delays_grow_to_a_limit(attempts):
    assert 0.8 * FIRST_DELAY <= outbox.delay(attempts) <= 1.2 * LONGEST_DELAY


def test_rows_whose_lane_is_down_wait_together_and_do_not_count_as_tried(session):
    ids = [an_owed(session, key) for key in "abc"]
    begun(session, ids[0])

    outbox.postpone(session, ids, after=60, now=NOW)

    first, *others = (row_of(session, one) for one in ids)
    assert first.fate == Fate.SENDING
    assert all(one.due_at == NOW + timedelta(seconds=60) and not one.attempts for one in others)


def test_after_a_crash_mail_and_webhooks_are_sent_again_and_posts_are_held(session):
    ids = [an_owed(session, channel.value, channel) for channel in Channel]
    other = an_owed(session, "other")
    for one in ids:
        begun(session, one)
    begun(session, other, "w2")

    assert outbox.settle(session, "w1") == 3

    fates = {row_of(session, one).channel: row_of(session, one).fate for one in ids}
    assert fates == {"mail": "ready", "slack": "held", "webhook": "ready"}
    assert row_of(session, other).fate == Fate.SENDING


def test_the_sweep_takes_what_is_long_due_and_leaves_what_is_under_way(session):
    stale = an_owed(session, "stale")
    taken = an_owed(session, "taken")
    begun(session, taken)
    an_owed(session, "later", due_at=NOW + timedelta(hours=2))
    then = NOW + outbox.STALE + timedelta(seconds=1)

    assert outbox.sweep(session, now=NOW) == 0
    assert outbox.sweep(session, now=then) == 1
    assert row_of(session, stale).due_at == then
