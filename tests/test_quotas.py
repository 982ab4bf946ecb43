from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from core import quotas
from core.actors import actor_by_id
from core.commands.run import run_for
from core.refusals import Kind, Refusal
from core.settings import Settings
from core.tables import AuditEvent, LookUpCount, Verification
from core.terms import Surface
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation

HOUR = timedelta(hours=1)


@pytest.fixture
def ann_and_bob(database):
    with database.transaction() as session:
        organisation = an_organisation(session)
        return (
            an_actor(session, a_user(session, organisation)),
            an_actor(session, a_user(session, organisation, email="bob@uni.example")),
        )


@pytest.fixture
def stranger(database):
    with database.transaction() as session:
        organisation = an_organisation(session, "York")
        return an_actor(session, a_user(session, organisation, email="eve@york.example"))


def look_up(database, actor, line="verify A1A", *, now=NOW, **limits):
    return run_for(
        database,
        lambda session: actor_by_id(session, actor.user_id, Surface.CONSOLE),
        line,
        now=now,
        settings=Settings(**limits),
    ).answer


def refused(database, actor, line="verify A1A", *, now=NOW, **limits):
    with pytest.raises(Refusal) as caught:
        look_up(database, actor, line, now=now, **limits)
    assert caught.value.kind is Kind.LIMIT
    return caught.value


def counts(database):
    with database.reading() as session:
        return {
            one.counted: (one.look_ups, one.misses) for one in session.exec(select(LookUpCount))
        }


def test_a_user_is_stopped_at_the_limit_and_goes_on_in_the_next_hour(database, ann_and_bob):
    ann, bob = ann_and_bob
    for _ in range(3):
        look_up(database, ann, look_ups_per_user=3)

    refusal = refused(database, ann, look_ups_per_user=3)
    assert refusal.code == "look_ups_used_up"
    assert "Try again from 10:00 UTC" in refusal.message
    look_up(database, bob, look_ups_per_user=3)
    look_up(database, ann, look_ups_per_user=3, now=NOW + HOUR)


def test_an_organisation_is_stopped_as_a_whole_and_no_other_with_it(
    database, ann_and_bob, stranger
):
    ann, bob = ann_and_bob
    look_up(database, ann, "verify A1A A2A", look_ups_per_organisation=3)
    look_up(database, bob, look_ups_per_organisation=3)

    refused(database, bob, look_ups_per_organisation=3)
    refused(database, ann, look_ups_per_organisation=3)
    look_up(database, stranger, look_ups_per_organisation=3)


def test_misses_stop_a_user_long_before_look_ups_do(database, ann_and_bob):
    ann, _ = ann_and_bob
    with database.transaction() as session:
        a_result(session, "GOOD1A")
    for _ in range(5):
        look_up(database, ann, "verify GOOD1A", misses_per_user=2)
    look_up(database, ann, "verify NONE1A", misses_per_user=2)
    look_up(database, ann, "verify NONE2A", misses_per_user=2)

    refused(database, ann, "verify GOOD1A", misses_per_user=2)
    look_up(database, ann, "verify GOOD1A", misses_per_user=2, now=NOW + HOUR)


def test_more_at_once_than_an_hour_allows_is_refused_whole(database, ann_and_bob):
    ann, _ = ann_and_bob

    refusal = refused(database, ann, "verify A1A A2A A3A", look_ups_per_user=2)
    assert refusal.code == "too_many_at_once"
    assert refusal.message.startswith("3 numbers are more than the 2")
    assert counts(database) == {}


def test_several_numbers_count_each_once(database, ann_and_bob):
    ann, _ = ann_and_bob
    look_up(database, ann, "verify A1A A2A a1a")

    assert counts(database) == {
        f"user:{ann.user_id}": (2, 2),
        f"organisation:{ann.organisation_id}": (2, 0),
    }


def test_what_was_refused_is_not_counted(database, ann_and_bob):
    ann, _ = ann_and_bob
    look_up(database, ann, "verify A1A A2A", look_ups_per_organisation=3)
    before = counts(database)
    refused(database, ann, "verify A1A A2A", look_ups_per_organisation=3)
    refused(database, ann, "verify A1A A2A", misses_per_user=2)

    assert counts(database) == before


def test_a_refused_limit_leaves_its_audit_row_and_no_look_up(database, ann_and_bob):
    ann, _ = ann_and_bob
    look_up(database, ann, look_ups_per_user=1)
    refused(database, ann, look_ups_per_user=1)
    refused(database, ann, "verify A1A A2A", look_ups_per_user=1)

    with database.reading() as session:
        events = session.exec(
            select(AuditEvent).where(AuditEvent.action == "verification:limit")
        ).all()
        assert [one.outcome for one in events] == ["look_ups_used_up", "too_many_at_once"]
        assert events[1].details == '{"look_ups": 2}'
        assert len(session.exec(select(Verification)).all()) == 1


def test_a_number_that_cannot_be_read_counts_nothing_and_leaves_no_row(database, ann_and_bob):
    ann, _ = ann_and_bob
    for line in ("verify A1A!", f"verify {'A' * 21}", 'verify ""', "verify A1A dob=never"):
        with pytest.raises(Refusal):
            look_up(database, ann, line)

    assert counts(database) == {}
    with database.reading() as session:
        assert session.exec(select(AuditEvent)).all() == []


def test_eight_threads_at_once_are_counted_right(database, ann_and_bob):
    def spend(actor):
        try:
            look_up(database, actor, look_ups_per_user=30, look_ups_per_organisation=50)
        except Refusal as refusal:
            return refusal.kind
        return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(spend, [*ann_and_bob] * 40))

    assert outcomes.count(None) == 50
    assert outcomes.count(Kind.LIMIT) == 30
    by_name = counts(database)
    users = [by_name[f"user:{actor.user_id}"] for actor in ann_and_bob]
    assert sum(look_ups for look_ups, _ in users) == 50
    assert max(look_ups for look_ups, _ in users) <= 30
    assert by_name[f"organisation:{ann_and_bob[0].organisation_id}"] == (50, 0)


def test_no_misses_write_nothing(database, ann_and_bob):
    with database.transaction() as session:
        quotas.count_misses(session, [], now=NOW)

    assert counts(database) == {}
