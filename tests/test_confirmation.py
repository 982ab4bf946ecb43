import re
from datetime import timedelta

import pytest
from sqlmodel import select

from core import preferences
from core.actors import actor_for
from core.commands.run import run_for
from core.composing import Unwanted
from core.confirmation import LIFETIME, MOST_CODES, MOST_TRIES
from core.notices import SettingsChanged
from core.preferences import Wishes
from core.refusals import Kind, Refusal
from core.settings import Settings
from core.tables import AuditEvent, Preference
from core.terms import Surface
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.ledger import told

OFFICE = "office@uni.example"


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def actor(session):
    return an_actor(session, a_user(session, an_organisation(session)))


def change(session, actor, now=NOW, **wishes):
    return preferences.set_notifications(session, actor, None, Wishes(**wishes), now=now)


def code_for(session, actor, email=OFFICE, now=NOW):
    change(session, actor, now, email=email)
    return told(session)[-1].notice.code


def in_use(session, actor):
    return preferences.show_notifications(session, actor).email


def test_a_new_address_waits_for_its_code_which_only_that_address_is_told(session, actor):
    card = change(session, actor, email="Office@Uni.example")
    (message,) = told(session)
    notice = message.notice

    assert (card.email, card.pending) == ("ann@uni.example", OFFICE)
    assert (notice.address, message.recipient.address) == (OFFICE, OFFICE)
    for shown in (str(card), repr(notice), str(card.document())):
        assert notice.code not in shown
    row = session.get(Preference, actor.user_id)
    assert notice.code not in row.model_dump_json()
    assert not [
        event
        for event in session.exec(select(AuditEvent))
        if notice.code in event.model_dump_json()
    ]


def test_the_code_that_comes_back_completes_it_and_the_login_address_hears_of_it(session, actor):
    code = code_for(session, actor)

    card = change(session, actor, confirm=f" {code[:4].lower()}-{code[4:]} ")

    assert (card.email, card.pending) == (OFFICE, None)
    gone, message = told(session)
    notice = message.notice
    assert isinstance(gone, Unwanted)
    assert isinstance(notice, SettingsChanged)
    assert (message.recipient.address, OFFICE in notice.change) == ("ann@uni.example", True)


@pytest.mark.parametrize("email", ["login", "LOGIN", "ann@uni.example", "Ann@Uni.example"])
def test_the_login_address_needs_no_code(session, actor, email):
    change(session, actor, confirm=code_for(session, actor))
    waiting = code_for(session, actor, "other@uni.example")

    card = change(session, actor, email=email)

    assert (card.email, card.pending) == ("ann@uni.example", None)
    with pytest.raises(Refusal, match="No code is waited for"):
        change(session, actor, confirm=waiting)


def test_the_address_in_use_needs_no_code_again(session, actor):
    change(session, actor, confirm=code_for(session, actor))

    card = change(session, actor, email=OFFICE)
    assert (card.email, card.pending) == (OFFICE, None)


def test_a_change_of_something_else_leaves_the_waiting_address_alone(session, actor):
    code = code_for(session, actor)
    change(session, actor, time="10:00")

    assert change(session, actor, confirm=code).email == OFFICE


def test_a_code_is_good_for_a_day_and_once(session, actor):
    code = code_for(session, actor)
    with pytest.raises(Refusal, match="its time is over") as refused:
        change(session, actor, NOW + LIFETIME + timedelta(seconds=1), confirm=code)
    assert refused.value.kind is Kind.USAGE

    assert change(session, actor, NOW + LIFETIME, confirm=code).email == OFFICE
    with pytest.raises(Refusal, match="No code is waited for"):
        change(session, actor, confirm=code)


def test_a_new_code_voids_the_one_before_and_confirms_its_own_address(session, actor):
    first, second = code_for(session, actor), code_for(session, actor, "second@uni.example")

    with pytest.raises(Refusal, match="not right"):
        change(session, actor, confirm=first)
    assert change(session, actor, confirm=second).email == "second@uni.example"


def test_nobody_else_can_use_the_code(session, actor):
    code = code_for(session, actor)
    other = an_actor(session, a_user(session, an_organisation(session, "Leeds"), "x@l.example"))

    with pytest.raises(Refusal, match="No code is waited for"):
        change(session, other, confirm=code)


def test_codes_are_sent_to_strangers_a_few_times_an_hour_only(session, actor):
    for _ in range(MOST_CODES):
        code_for(session, actor)
    with pytest.raises(Refusal, match="Try again in an hour") as refused:
        code_for(session, actor)
    assert refused.value.kind is Kind.LIMIT

    code_for(session, actor, now=NOW + timedelta(hours=1))


def test_guesses_are_few_although_each_is_refused(database):
    """The refusal undoes nothing: whoever types it again has one try less."""
    with database.transaction() as session:
        actor = an_actor(session, a_user(session, an_organisation(session)))
        code = code_for(session, actor)

    def guess(typed):
        with pytest.raises(Refusal) as refused:
            run_for(
                database,
                lambda session: actor_for(session, "ann@uni.example", Surface.CONSOLE),
                f"notifications confirm={typed}",
                now=NOW,
                settings=Settings(),
            )
        assert refused.value.code == "code_wrong"
        return refused.value.message

    said = [guess("WRONGONE") for _ in range(MOST_TRIES)]

    assert [re.findall(r"\d+ tr\w+ \w+ left", one) for one in said] == [
        ["4 tries are left"],
        ["3 tries are left"],
        ["2 tries are left"],
        ["1 try is left"],
        [],
    ]
    assert "the last try" in said[-1]
    with database.transaction() as session:
        with pytest.raises(Refusal, match="No code is waited for"):
            change(session, actor, confirm=code)
        assert in_use(session, actor) == "ann@uni.example"
        events = session.exec(select(AuditEvent.action)).all()
    assert events.count("preference:code-refused") == MOST_TRIES
