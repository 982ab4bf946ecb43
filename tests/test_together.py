import threading
import time

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from core.refusals import Kind, Refusal
from core.settings import Settings
from core.tables import AuditEvent, Organisation, Verification
from core.together import MOST_TOGETHER, Together, kept, together
from core.trf_numbers import TrfNumber
from core.verification import LookUp, shared_look_ups, verify_all
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation

AWAY = OperationalError("SELECT 1", {}, Exception("gone"))
NUMBERS = [TrfNumber(f"25GB{n:06}ZOLJS03G") for n in range(100)]


class Doubling:
    """Answers each number with its double, a zero with an error; the first waits to be let go."""

    def __init__(self):
        self.groups, self.begun, self.go_on = [], threading.Event(), threading.Event()

    def __call__(self, works):
        self.groups.append(sorted(works))
        self.begun.set()
        assert self.go_on.wait(10)
        if 13 in works:
            raise AWAY
        return [ZeroDivisionError() if work == 0 else work * 2 for work in works]


def first_then(doing, works):
    """What came of 1, and of what several threads asked for while that was under way."""
    shared, came = Together(doing), {}

    def ask(work):
        try:
            came[work] = shared.run(work)
        except (ZeroDivisionError, OperationalError) as error:
            came[work] = error

    threads = [threading.Thread(target=ask, args=(work,)) for work in (1, *works)]
    threads[0].start()
    assert doing.begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(shared._waiting) < len(works):
        time.sleep(0.001)
    doing.go_on.set()
    for thread in threads:
        thread.join(10)
    assert shared.run(7) == 14, "whatever came of them, the next is served"
    return came


def test_what_threads_ask_for_while_another_is_served_is_done_in_one_group():
    doing = Doubling()

    assert first_then(doing, [2, 3, 4]) == {1: 2, 2: 4, 3: 6, 4: 8}
    assert doing.groups == [[1], [2, 3, 4], [7]]


def test_an_error_is_raised_to_whoever_asked_for_it_only():
    came = first_then(Doubling(), [2, 0, 4])

    assert [type(came[work]) for work in (2, 0, 4)] == [int, ZeroDivisionError, int]


def test_a_group_that_fails_as_a_whole_tells_all_of_it():
    came = first_then(Doubling(), [2, 13])

    assert (came[2], came[13]) == (AWAY, AWAY)


def test_more_than_go_into_a_group_are_done_in_several():
    doing = Doubling()
    works = [*range(100, 100 + MOST_TOGETHER + 5)]

    came = first_then(doing, works)

    assert came == {work: work * 2 for work in (1, *works)}
    assert [len(group) for group in doing.groups] == [1, MOST_TOGETHER, 5, 1]


def test_a_thread_by_itself_is_not_kept_waiting_for_those_who_came_last_time():
    doing = Doubling()
    shared = Together(doing)
    shared._expected = 8
    doing.go_on.set()

    assert [shared.run(2), shared.run(3)] == [4, 6]
    assert shared._expected == 1


@pytest.fixture
def people(database):
    """Ann and Bob of Exeter, and Eve of York."""
    with database.transaction() as session:
        exeter, york = an_organisation(session), an_organisation(session, "York")
        for n in range(0, 100, 2):
            a_result(session, NUMBERS[n])
        users = [
            a_user(session, exeter),
            a_user(session, exeter, email="bob@uni.example"),
            a_user(session, york, email="eve@york.example"),
        ]
        return [an_actor(session, user) for user in users]


def all_at_once(database, asked, **limits):
    return together(
        database,
        asked,
        lambda session, works: verify_all(session, works, now=NOW, settings=Settings(**limits)),
    )


def outcomes(answer):
    return [card.outcome.value for card in answer.cards]


def kept_of(database, table, organisation_id):
    with database.reading() as session:
        return session.exec(select(table).where(table.organisation_id == organisation_id)).all()


def test_people_of_several_organisations_who_share_statements_get_and_leave_their_own(
    database, people
):
    ann, bob, eve = people
    asked = [
        LookUp(ann, NUMBERS[:2]),
        LookUp(eve, [NUMBERS[2], NUMBERS[2], NUMBERS[5]]),
        LookUp(bob, [NUMBERS[0]]),
    ]

    answers = all_at_once(database, asked)

    assert [outcomes(answer) for answer in answers] == [
        ["match", "no_match"],
        ["match", "match", "no_match"],
        ["match"],
    ]
    of_exeter = kept_of(database, Verification, ann.organisation_id)
    assert sorted((one.user_id, one.trf_number) for one in of_exeter) == sorted(
        [(ann.user_id, NUMBERS[0]), (ann.user_id, NUMBERS[1]), (bob.user_id, NUMBERS[0])]
    )
    of_york = kept_of(database, AuditEvent, eve.organisation_id)
    assert sorted(one.subject for one in of_york) == [NUMBERS[2], NUMBERS[5]]


def test_a_limit_stops_whoever_is_over_it_and_nobody_else(database, people):
    ann, bob, eve = people
    asked = [LookUp(ann, NUMBERS[:3]), LookUp(bob, NUMBERS[:4]), LookUp(eve, NUMBERS[:1])]

    for_ann, for_bob, for_eve = all_at_once(database, asked, look_ups_per_user=3)

    assert isinstance(for_bob, Refusal)
    assert for_bob.kind is Kind.LIMIT
    assert (len(for_ann.cards), len(for_eve.cards)) == (3, 1)
    events = kept_of(database, AuditEvent, ann.organisation_id)
    assert [one.action for one in events].count("verification:limit") == 1
    assert [one.action for one in events].count("verification:look-up") == 3


def test_a_database_that_is_away_is_not_asked_again_for_each(database, people):
    calls = []

    def away(_, works):
        calls.append(len(works))
        raise AWAY

    with pytest.raises(OperationalError):
        together(database, [1, 2, 3], away)
    assert calls == [3]


def test_what_a_refused_limit_wrote_is_kept_and_what_another_refusal_wrote_is_not(database, people):
    for kind in (Kind.LIMIT, Kind.CONFLICT):

        def work(session, kind=kind):
            an_organisation(session, f"Kept {kind.value}")
            raise Refusal(kind, "x", "No.")

        with pytest.raises(Refusal):
            kept(database, work)

    with database.reading() as session:
        assert {one.name for one in session.exec(select(Organisation))} >= {"Kept limit"}
        assert "Kept conflict" not in {one.name for one in session.exec(select(Organisation))}


def test_eight_threads_lose_and_mix_up_nothing(database, people):
    shared = shared_look_ups(database, Settings(), lambda: NOW)
    wrong = []

    def ask(place):
        actor = people[place % 3]
        for n in range(place, 100, 8):
            (card,) = shared.run(LookUp(actor, [NUMBERS[n]])).cards
            if (card.trf_number, card.record is None) != (NUMBERS[n], n % 2 == 1):
                wrong.append(n)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert wrong == []
    with database.reading() as session:
        assert sorted(session.exec(select(Verification.trf_number))) == NUMBERS


def test_more_rows_than_go_into_one_statement_are_all_inserted(database, people):
    (answer,) = all_at_once(database, [LookUp(people[0], NUMBERS)])

    assert len(answer.cards) == 100
    with database.reading() as session:
        assert sorted(session.exec(select(Verification.trf_number))) == NUMBERS
