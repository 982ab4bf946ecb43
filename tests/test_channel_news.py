from datetime import timedelta

import pytest
from sqlmodel import select

from core.composing import Unwanted
from core.delivery import download
from core.installations import Workspace, install, set_channel
from core.notices import ChannelNews
from core.tables import Organisation, Outgoing
from core.terms import Fate, Role
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.intake.shapes import as_csv, load, record
from tests.ledger import told

LATER = NOW + timedelta(days=1)


@pytest.fixture
def ann(database):
    with database.transaction() as session:
        exeter = an_organisation(session)
        user = a_user(session, exeter, role=Role.ADMINISTRATOR)
        install(session, Workspace("T1"), seal=None, now=NOW)
        an_organisation(session, "Leeds")
        return an_actor(session, user)


def choose(database, actor, channel="C1"):
    with database.transaction() as session:
        set_channel(session, actor, channel, now=NOW)


def arrive(database, *records, name="Exeter", now=NOW):
    with database.transaction() as session:
        organisation = session.exec(select(Organisation).where(Organisation.name == name)).one()
        load(session, organisation, as_csv(*records), now=now)


def news(database):
    with database.reading() as session:
        return [
            one if isinstance(one, Unwanted) else one.notice
            for one in told(session)
            if isinstance(one, Unwanted) or isinstance(one.notice, ChannelNews)
        ]


def settle(database, fate=Fate.SENT, ts="1.5"):
    """Say that what is ready was sent."""
    with database.transaction() as session:
        for row in session.exec(select(Outgoing).where(Outgoing.fate == Fate.READY.value)):
            row.fate, row.external_id = fate.value, ts


def test_a_channel_hears_how_many_came_and_nothing_else(database, ann):
    arrive(database, record(1))
    choose(database, ann)
    arrive(database, record(2), record(3))
    arrive(database, record(4), name="Leeds")

    (one,) = news(database)

    assert (one.new, one.changed, one.waiting) == (2, 0, 3)


def test_without_a_channel_nothing_is_owed(database, ann):
    arrive(database, record(1))
    choose(database, ann)
    choose(database, ann, "off")
    arrive(database, record(2))

    assert news(database) == []


def test_many_arrivals_at_once_are_told_in_one_post(database, ann):
    choose(database, ann)
    for n in range(1, 4):
        arrive(database, record(n))

    *joined, last = news(database)

    assert all(isinstance(one, Unwanted) for one in joined)
    assert last.new == 3
    settle(database)
    arrive(database, record(9))
    assert news(database)[-1].new == 1


def test_a_change_concerns_the_announcement_of_what_changed(database, ann):
    choose(database, ann)
    arrive(database, record(1))
    settle(database, ts="7.7")
    with database.transaction() as session:
        download(session, ann, now=NOW)
    arrive(database, record(1, overallBandScore="5.5"), now=LATER)

    changed = news(database)[-1]

    assert (changed.new, changed.changed, changed.waiting) == (0, 1, 0)
    assert changed.thread == "7.7"


def test_what_changed_is_told_apart_from_what_is_new_under_its_own_announcement(database, ann):
    choose(database, ann)
    arrive(database, record(1))
    settle(database, ts="7.7")
    arrive(database, record(2))
    settle(database, ts="8.8")

    arrive(database, record(1, overallBandScore="5.5"), record(3), now=LATER)

    new, changed = news(database)[-2:]
    assert (new.new, new.changed, new.thread) == (1, 0, "")
    assert (changed.new, changed.changed, changed.thread) == (0, 1, "7.7")
    settle(database, ts="9.9")
    arrive(database, record(3, overallBandScore="5.5"), now=LATER)
    assert (news(database)[-1].changed, news(database)[-1].thread) == (1, "9.9")


def test_what_several_announcements_told_of_has_no_thread(database, ann):
    choose(database, ann)
    for n in (1, 2):
        arrive(database, record(n))
        settle(database, ts=f"{n}.5")

    arrive(database, *(record(n, overallBandScore="5.5") for n in (1, 2)), now=LATER)

    assert (news(database)[-1].changed, news(database)[-1].thread) == (2, "")


def test_what_changed_before_the_channel_was_chosen_has_no_thread(database, ann):
    arrive(database, record(1))
    choose(database, ann)

    arrive(database, record(1, overallBandScore="5.5"), now=LATER)

    assert (news(database)[-1].changed, news(database)[-1].thread) == (1, "")


def test_what_was_told_long_ago_is_not_counted_again_when_the_ledger_forgot_it(database, ann):
    choose(database, ann)
    for n in range(1, 4):
        arrive(database, record(n))
        settle(database)
    arrive(database, *(record(n, overallBandScore="5.5") for n in (1, 2)), now=LATER)
    settle(database)
    with database.transaction() as session:
        for row in session.exec(select(Outgoing)):
            session.delete(row)

    arrive(database, record(4), record(3, overallBandScore="6"), now=LATER)

    new, changed = news(database)
    assert (new.new, changed.changed) == (1, 1)


def test_a_channel_that_was_changed_meanwhile_hears_nothing(database, ann):
    choose(database, ann)
    arrive(database, record(1))
    choose(database, ann, "C2")

    (one,) = news(database)

    assert isinstance(one, Unwanted)
