from datetime import timedelta

import pytest

from core.delivery import download, results
from core.history import history
from core.refusals import Kind, Refusal
from core.tables import Preference
from core.terms import Service
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation, deliver


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def organisation(session):
    return an_organisation(session)


@pytest.fixture
def actor(session, organisation):
    return an_actor(session, a_user(session, organisation))


def take(session, organisation, actor, *numbers, now=NOW):
    deliver(session, organisation, *(a_result(session, number) for number in numbers))
    return download(session, actor, now=now).contents.download_id


def test_a_line_says_when_how_many_who_and_in_which_template(session, organisation, actor):
    download_id = take(session, organisation, actor, "A1", "A2")

    assert history(session, actor).document() == {
        "downloads": [
            {
                "id": download_id,
                "downloaded_at": "2026-11-25T09:00:00+00:00",
                "records": 2,
                "user": "Ann Bell",
                "format": "csv",
                "template": "Standard",
            }
        ],
        "warnings": [],
    }


def test_the_newest_come_first_and_five_unless_asked(session, organisation, actor):
    taken = [
        take(session, organisation, actor, f"A{n}", now=NOW + timedelta(minutes=n))
        for n in range(7)
    ]

    assert [one.download_id for one in history(session, actor).downloads] == taken[:1:-1]
    assert [one.download_id for one in history(session, actor, 1).downloads] == taken[6:]
    assert [one.download_id for one in history(session, actor, 100).downloads] == taken[::-1]


def test_times_are_in_the_readers_time_zone(session, organisation, actor):
    session.get_one(Preference, actor.user_id).time_zone = "America/New_York"
    session.flush()
    reader = an_actor(
        session,
        session.get_one(type(a_user(session, organisation, "b@uni.example")), actor.user_id),
    )
    take(session, organisation, actor, "A1")

    (line,) = history(session, reader).downloads
    assert f"{line.downloaded_at:%H:%M %Z}" == "04:00 EST"
    assert line.document()["downloaded_at"] == "2026-11-25T09:00:00+00:00"


def test_another_organisation_has_its_own_history(session, organisation, actor):
    take(session, organisation, actor, "A1")
    leeds = an_organisation(session, "Leeds")
    stranger = an_actor(session, a_user(session, leeds, "eve@leeds.example"))

    assert history(session, stranger).downloads == ()
    assert results(session, stranger).downloads == ()


@pytest.mark.parametrize("most", [0, 1001])
def test_a_length_that_makes_no_sense_is_refused_with_what_does(session, actor, most):
    with pytest.raises(Refusal, match="1 to 1000") as refused:
        history(session, actor, most)
    assert refused.value.kind is Kind.USAGE


@pytest.mark.parametrize("ask", [history, results])
def test_an_account_for_verification_only_is_told_kindly_how_to_change_it(session, ask):
    organisation = an_organisation(session, "York", Service.VERIFICATION)
    actor = an_actor(session, a_user(session, organisation, "yo@york.example"))

    (note,) = ask(session, actor).notes
    assert (
        "Contact stakeholder@ieltsusa.org or your regional IELTS USA representative "
        "(https://bit.ly/2ul1IVP)" in note
    )
