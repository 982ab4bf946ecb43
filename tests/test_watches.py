import pytest
from sqlmodel import select

from core import watches
from core.refusals import Kind, Refusal
from core.tables import AuditEvent, Watch
from core.trf_numbers import TrfNumber
from core.watches import unwatch, watch
from tests.builders import NOW, a_user, an_actor, an_organisation

ONE, OTHER = TrfNumber.read("25GB000595ZOLJS03G"), TrfNumber.read("25GB000001AAAAS03A")


@pytest.fixture
def ann_and_bob(database):
    with database.transaction() as session:
        organisation = an_organisation(session)
        return [
            an_actor(session, a_user(session, organisation, email))
            for email in ("ann@uni.example", "bob@uni.example")
        ]


def do(database, deed, actor, number):
    with database.transaction() as session:
        return deed(session, actor, number, now=NOW)


def kept(database):
    with database.reading() as session:
        return {(one.user_id, one.trf_number) for one in session.exec(select(Watch))}


def audited(database):
    with database.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.id))
        return [(one.action, one.subject) for one in events]


def test_watching_twice_is_watching_once(database, ann_and_bob):
    ann, _ = ann_and_bob
    first = do(database, watch, ann, ONE)

    assert do(database, watch, ann, ONE) == first
    assert kept(database) == {(ann.user_id, ONE)}
    assert audited(database) == [("watch:set", ONE)]


def test_unwatching_what_is_not_watched_changes_nothing(database, ann_and_bob):
    ann, _ = ann_and_bob
    do(database, watch, ann, OTHER)

    answer = do(database, unwatch, ann, ONE)
    assert answer.document() == {
        "watch": {"trf_number": ONE, "watching": False},
        "watched": [OTHER],
    }
    assert audited(database) == [("watch:set", OTHER)]


def test_a_watch_that_was_set_is_removed_for_good(database, ann_and_bob):
    ann, _ = ann_and_bob
    do(database, watch, ann, ONE)
    do(database, unwatch, ann, ONE)

    assert kept(database) == set()
    assert audited(database) == [("watch:set", ONE), ("watch:removed", ONE)]


def test_everybody_watches_for_themselves(database, ann_and_bob):
    ann, bob = ann_and_bob
    do(database, watch, ann, ONE)
    answer = do(database, watch, bob, OTHER)
    do(database, unwatch, bob, ONE)

    assert answer.document()["watched"] == [OTHER]
    assert kept(database) == {(ann.user_id, ONE), (bob.user_id, OTHER)}


def test_what_is_watched_is_listed_in_order(database, ann_and_bob):
    ann, _ = ann_and_bob
    do(database, watch, ann, ONE)

    answer = do(database, watch, ann, OTHER)
    assert answer.document() == {
        "watch": {"trf_number": OTHER, "watching": True},
        "watched": [OTHER, ONE],
    }


def test_too_many_watches_are_refused_but_not_one_that_is_there(database, ann_and_bob, monkeypatch):
    ann, _ = ann_and_bob
    monkeypatch.setattr(watches, "MOST", 1)
    do(database, watch, ann, ONE)
    do(database, watch, ann, ONE)

    with pytest.raises(Refusal, match="`unwatch` one of them first") as refused:
        do(database, watch, ann, OTHER)
    assert refused.value.kind is Kind.LIMIT
    assert kept(database) == {(ann.user_id, ONE)}
