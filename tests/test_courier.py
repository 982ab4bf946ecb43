from datetime import timedelta

import pytest
from sqlmodel import select

from core.composing import Unwanted, composes
from core.courier import Courier
from core.outbox import MAIL_LANE, Owed, owe
from core.tables import Outgoing
from core.terms import Channel, Fate
from core.transports import InDoubt, LaneDown, NotSent, Refused
from tests.builders import NOW


class Post:
    """A transport that does what the test says for each key, and keeps what it was given."""

    spacing = 0.0

    def __init__(self, **outcomes):
        self.outcomes, self.sent = outcomes, []

    def send(self, message):
        outcome = self.outcomes.get(message.key)
        if isinstance(outcome, Exception):
            raise outcome
        self.sent.append(message)
        return f"id of {message.key}"

    def close(self):
        pass


@composes("plain")
def _plain(work):
    return f"about {work.row.about['n']}"


@composes("unwanted")
def _unwanted(_):
    return Unwanted("Nobody wants it.")


@composes("broken")
def _broken(work):
    return work.row.about["missing"]


@pytest.fixture
def owed(database):
    def made(*keys, kind="plain", channel=Channel.MAIL, lane=MAIL_LANE):
        with database.transaction() as session:
            owe(session, [Owed(channel, lane, key, kind, {"n": key}) for key in keys], now=NOW)
            rows = session.exec(select(Outgoing).where(Outgoing.dedupe_key.in_(keys)))
            return [row.id for row in rows]

    return made


def send(database, ids, post, channel=Channel.MAIL):
    courier = Courier(database, {channel: post}, "w1", lambda: NOW)
    courier.send(ids)
    return courier


def fates(database):
    with database.reading() as session:
        return {row.dedupe_key: row for row in session.exec(select(Outgoing))}


def test_each_row_is_composed_sent_and_noted(database, owed):
    post = Post()
    send(database, owed("a", "b"), post)

    assert [(one.key, one.notice) for one in post.sent] == [("a", "about a"), ("b", "about b")]
    rows = fates(database)
    assert {row.fate for row in rows.values()} == {Fate.SENT}
    assert rows["a"].external_id == "id of a"


def test_the_same_job_again_sends_nothing_again(database, owed):
    ids, post = owed("a"), Post()
    send(database, ids, post)
    send(database, ids, post)

    assert len(post.sent) == 1


def test_one_row_that_fails_does_not_stop_the_others(database, owed):
    post = Post(a=Refused("550 no"), b=NotSent("451 later"), c=ZeroDivisionError())
    send(database, owed("a", "b", "c", "d"), post)

    rows = fates(database)
    assert {key: row.fate for key, row in rows.items()} == {
        "a": "dead",
        "b": "ready",
        "c": "dead",
        "d": "sent",
    }
    assert (rows["a"].last_error, rows["b"].last_error) == ("550 no", "451 later")
    assert "The log has the reason under" in rows["c"].last_error
    assert rows["b"].due_at > NOW


def test_a_lane_that_is_down_puts_off_all_that_wait_for_it(database, owed):
    post = Post(a=LaneDown("421 closing", retry_after=90))
    send(database, owed("a", "b", "c"), post)

    rows = fates(database)
    assert post.sent == []
    assert [rows[key].attempts for key in "abc"] == [1, 0, 0]
    assert all(rows[key].due_at >= NOW + timedelta(seconds=90) for key in "abc")


@pytest.mark.parametrize(
    ("channel", "fate"),
    [(Channel.MAIL, "ready"), (Channel.WEBHOOK, "ready"), (Channel.SLACK, "held")],
)
def test_a_send_in_doubt_is_repeated_where_the_receiver_can_tell_and_held_where_not(
    database, owed, channel, fate
):
    ids = owed("a", channel=channel, lane="C1")
    send(database, ids, Post(a=InDoubt("The line broke.")), channel)

    assert fates(database)["a"].fate == fate


def test_what_nobody_wants_any_more_is_dropped_with_the_reason(database, owed):
    post = Post()
    send(database, owed("a", kind="unwanted"), post)

    row = fates(database)["a"]
    assert (row.fate, row.last_error, row.about, post.sent) == (
        "dropped",
        "Nobody wants it.",
        {},
        [],
    )


def test_what_cannot_be_composed_is_given_up_with_a_reference_and_kept(database, owed):
    send(database, owed("a", kind="broken"), Post())

    row = fates(database)["a"]
    assert (row.fate, row.about) == ("dead", {"n": "a"})
    assert "KeyError" not in row.last_error


def test_a_kind_that_only_a_newer_program_knows_waits_for_it(database, owed):
    send(database, owed("a", kind="of tomorrow"), Post())

    assert fates(database)["a"].fate == "ready"


def test_what_has_no_way_out_here_waits_and_says_so(database, owed):
    courier = Courier(database, {}, "w1", lambda: NOW)
    courier.send(owed("a"))

    row = fates(database)["a"]
    assert (row.fate, "not configured" in row.last_error) == ("ready", True)


def test_told_to_stop_it_gives_back_what_it_has_not_begun(database, owed):
    ids = owed("a", "b")
    post = Post()
    courier = Courier(database, {Channel.MAIL: post}, "w1", lambda: NOW)
    courier.stopping.set()
    courier.send(ids)

    assert post.sent == []
    assert {row.fate for row in fates(database).values()} == {"ready"}
    assert len(database.work.inspect()) == 2, "the first piece, and the one that gives it back"
