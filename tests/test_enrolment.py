import threading

import pytest
from sqlmodel import func, select

from core.enrolment import enrol
from core.refusals import Kind, Refusal
from core.tables import Preference, User
from core.terms import Language, Role, Service
from tests.builders import NOW, a_user, an_actor, an_organisation


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def organisation(session):
    return an_organisation(session)


def add(session, organisation, **changes):
    given = {"first": "Bo", "family": "Li", "email": "bo@uni.example", "role": Role.USER}
    return enrol(session, organisation, **given | changes, now=NOW)


@pytest.mark.parametrize(
    ("blank", "named"),
    [
        (["first"], "First Name is missing"),
        (["family"], "Last Name is missing"),
        (["email"], "Email is missing"),
        (["first", "email"], "First Name, Email are missing"),
        (["first", "family", "email"], "First Name, Last Name, Email are missing"),
    ],
)
def test_whatever_is_missing_is_named_in_the_guides_words(session, organisation, blank, named):
    with pytest.raises(Refusal, match=named) as refused:
        add(session, organisation, **dict.fromkeys(blank, " "))
    assert refused.value.kind is Kind.USAGE
    assert refused.value.message.into(Language.ENGLISH_US).startswith(named)


def test_a_name_is_one_line_of_fifty_characters(session, organisation):
    assert add(session, organisation, first=f" {'B' * 50} ").first_name == "B" * 50
    for first in ("B" * 51, "B\x07o"):
        with pytest.raises(Refusal, match="First Name is one line of up to 50 characters"):
            add(session, organisation, email="b2@uni.example", first=first)


def test_blanks_of_any_kind_in_a_name_are_one_blank(session, organisation):
    assert add(session, organisation, family="van\u00a0der  Berg\n").family_name == "van der Berg"


def test_the_same_address_twice_is_a_conflict_that_does_not_say_whose_it_is(session, organisation):
    add(session, organisation)
    elsewhere = an_organisation(session, "Leeds")
    refused = []
    for where in (organisation, elsewhere):
        with pytest.raises(Refusal, match="in use already") as caught:
            add(session, where, email="BO@uni.example")
        refused.append((caught.value.kind, caught.value.message))

    assert refused[0] == refused[1]
    assert refused[0][0] is Kind.CONFLICT
    assert session.exec(select(func.count()).select_from(User)).one() == 1


def test_two_who_add_the_same_address_at_once_make_one_user(database):
    with database.transaction() as session:
        names = [an_organisation(session, name).id for name in ("Exeter", "Leeds")]
    both_ready, outcomes = threading.Barrier(2), []

    def add_in(organisation_id):
        both_ready.wait()
        with database.transaction() as session:
            organisation = an_organisation(session, f"Other {organisation_id}")
            try:
                add(session, organisation)
                outcomes.append("added")
            except Refusal as refusal:
                outcomes.append(refusal.code)

    threads = [threading.Thread(target=add_in, args=[one]) for one in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["added", "address_taken"]


def test_zone_and_language_begin_as_those_of_whoever_adds(session, organisation):
    boss = a_user(session, organisation, "boss@uni.example", Role.ADMINISTRATOR)
    preference = session.get(Preference, boss.id)
    preference.time_zone, preference.language = "Europe/London", "en-US"
    session.flush()

    row = add(session, organisation, by=an_actor(session, boss))

    found = session.get(Preference, row.id)
    assert (found.time_zone, found.language) == ("Europe/London", "en-US")
    assert (found.notifications_on, found.start_page) == (False, "home")


def test_users_of_a_verification_only_account_start_there_as_the_guide_recommends(session):
    row = add(session, an_organisation(session, service=Service.VERIFICATION))

    assert session.get(Preference, row.id).start_page == "verification"
