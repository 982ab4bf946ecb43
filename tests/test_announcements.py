from datetime import timedelta

import pytest
from sqlmodel import select

from core import announcements
from core.composing import Unwanted
from core.delivery import download
from core.notices import ManyNewResults, NewResult, ResultsChanged, WatchHit
from core.preferences import Switch, Wishes, set_notifications
from core.settings import Settings
from core.tables import Delivery, Organisation, Outgoing
from core.terms import Fate, Role
from core.trf_numbers import TrfNumber
from core.users import remove
from core.verification import verify
from core.watches import watch
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.intake.shapes import as_csv, load, number, record
from tests.ledger import notices, owed, told

ANN, BOB, EVE = "ann@uni.example", "bob@uni.example", "eve@leeds.example"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def people(database):
    """Ann and Bob of Exeter, Eve of Leeds, by address."""
    with database.transaction() as session:
        exeter, leeds = an_organisation(session), an_organisation(session, "Leeds")
        users = [
            a_user(session, exeter, ANN, Role.ADMINISTRATOR),
            a_user(session, exeter, BOB, first_name="Bob"),
            a_user(session, leeds, EVE, first_name="Eve"),
        ]
        return {user.email: an_actor(session, user) for user in users}


def prefer(database, actor, switch=None, **wishes):
    with database.transaction() as session:
        set_notifications(session, actor, switch, Wishes(**wishes), now=NOW)


def arrive(database, actor, *records, now=NOW):
    with database.transaction() as session:
        organisation = session.get_one(Organisation, actor.organisation_id)
        return load(session, organisation, as_csv(*records), now=now)


def test_an_immediate_subscriber_gets_one_message_for_each_applicant(database, people):
    prefer(database, people[ANN], Switch.IMMEDIATE)

    arrive(database, people[ANN], record(1), record(2, familyName="Li"))

    first, second = notices(database, ANN)
    assert isinstance(first, NewResult)
    assert [first.record.trf_number, second.record.trf_number] == [number(1), number(2)]
    assert [first.record.family_name, second.record.family_name] == ["Zola", "Li"]
    assert notices(database, BOB) == notices(database, EVE) == []


def test_the_same_file_again_announces_nothing(database, people):
    prefer(database, people[ANN], Switch.IMMEDIATE)
    arrive(database, people[ANN], record(1))

    arrive(database, people[ANN], record(1))

    assert len(notices(database, ANN)) == 1


def test_what_is_held_back_is_announced_when_its_scores_become_valid(database, people):
    prefer(database, people[ANN], Switch.IMMEDIATE)
    prefer(database, people[EVE], Switch.IMMEDIATE)
    arrive(database, people[ANN], record(1, status="PENDING"))
    arrive(database, people[EVE], record(1, status="PENDING"))
    assert notices(database, ANN) == notices(database, EVE) == []

    arrive(database, people[ANN], record(1, status="RELEASED"))

    assert [one.record.trf_number for one in notices(database, ANN)] == [number(1)]
    assert [one.record.trf_number for one in notices(database, EVE)] == [number(1)]


def test_over_the_hours_ceiling_the_rest_is_joined_at_once_and_then_at_its_end(
    database, people, monkeypatch
):
    monkeypatch.setattr(announcements, "MOST_ONE_BY_ONE", 3)
    prefer(database, people[ANN], Switch.IMMEDIATE)

    arrive(database, people[ANN], *map(record, range(5)))

    *singles, joined = notices(database, ANN)
    assert [one.record.trf_number for one in singles] == [number(0), number(1), number(2)]
    assert isinstance(joined, ManyNewResults)
    assert (joined.count, [one.trf_number for one in joined.records]) == (2, [number(3), number(4)])

    arrive(database, people[ANN], *map(record, range(5, 8)), now=LATER)
    arrive(database, people[ANN], record(8), now=LATER)
    assert len(notices(database, ANN, LATER)) == 4

    at_the_end = NOW + timedelta(hours=1)
    late = notices(database, ANN, at_the_end)[-1]
    assert (late.count, late.records[0].trf_number) == (4, number(5))

    arrive(database, people[ANN], record(9), now=at_the_end)
    assert notices(database, ANN, at_the_end)[-1].record.trf_number == number(9)
    assert notices(database, ANN, at_the_end)[-2] == late


@pytest.mark.parametrize("switch", [Switch.OFF, Switch.DAILY])
def test_nobody_else_is_told_at_once(database, people, switch):
    prefer(database, people[ANN], switch)

    arrive(database, people[ANN], record(1))

    assert notices(database, ANN) == []


def told_after(database, change):
    with database.transaction() as session:
        change(session)
    with database.reading() as session:
        return told(session)


def test_turned_off_before_it_is_sent_it_is_not_sent(database, people):
    prefer(database, people[BOB], Switch.IMMEDIATE)
    arrive(database, people[ANN], record(1))

    prefer(database, people[BOB], Switch.OFF)
    with database.reading() as session:
        assert told(session) == [Unwanted("The user has turned notifications off.")]

    prefer(database, people[BOB], Switch.ON, mail=False)
    with database.reading() as session:
        assert told(session) == [Unwanted("The user has turned this channel off.")]

    prefer(database, people[BOB], Switch.DAILY, mail=True)
    assert len(notices(database, BOB)) == 1, "a changed frequency loses nothing"

    assert told_after(database, lambda session: remove(session, people[ANN], BOB, now=NOW)) == [
        Unwanted("The user was removed.")
    ]


def look_up(database, actor, n=1):
    with database.transaction() as session:
        verify(session, actor, TrfNumber.read(number(n)), now=NOW, settings=Settings())


def test_whoever_verified_watches_or_downloaded_hears_what_changed(database, people):
    arrive(database, people[ANN], record(1), record(2))
    look_up(database, people[EVE])
    with database.transaction() as session:
        watch(session, people[BOB], TrfNumber.read(number(1)), now=NOW)
        taken = download(session, people[ANN], now=NOW).contents.download_id

    changed = record(1, writingScore="8.5", overallBandScore="8.5", town="Bath")
    arrive(database, people[ANN], changed, record(2), now=LATER)

    eve, bob, ann = (notices(database, one, LATER)[-1] for one in (EVE, BOB, ANN))
    assert isinstance(eve, ResultsChanged)
    (result,) = eve.results
    assert result.record.trf_number == number(1)
    assert {(one.field, one.old, one.new) for one in result.changes} == {
        ("writingScore", "7.5", "8.5"),
        ("overallBandScore", "8", "8.5"),
        ("town", "Exeter", "Bath"),
    }
    assert (result.verified, result.watched, result.downloads) == (True, False, ())
    assert (bob.results[0].watched, bob.results[0].downloads) == (True, ())
    assert (ann.results[0].verified, ann.results[0].downloads) == (False, (taken,))


def test_a_mass_correction_makes_one_message_for_each_user(database, people):
    arrive(database, people[ANN], *map(record, range(120)))
    with database.transaction() as session:
        download(session, people[ANN], now=NOW)

    corrected = [record(n, speakingScore="8") for n in range(120)]
    arrive(database, people[ANN], *corrected, now=LATER)

    (notice,) = notices(database, ANN, LATER)
    assert (notice.count, len(notice.results)) == (120, 50)


def test_changes_are_told_whether_or_not_new_results_are(database, people):
    prefer(database, people[EVE], Switch.OFF)
    arrive(database, people[ANN], record(1))
    look_up(database, people[EVE])

    arrive(database, people[ANN], record(1, gender="M"), now=LATER)

    assert [type(one) for one in notices(database, EVE, LATER)] == [ResultsChanged]


def test_a_number_that_was_watched_in_vain_is_a_hit_once(database, people):
    with database.transaction() as session:
        watch(session, people[EVE], TrfNumber.read(number(1)), now=NOW)

    arrive(database, people[ANN], record(1), record(2))
    arrive(database, people[EVE], record(1))

    (hit,) = notices(database, EVE)
    assert isinstance(hit, WatchHit)
    assert hit.record.trf_number == number(1)


def test_a_load_that_fails_announces_nothing(database, people):
    prefer(database, people[ANN], Switch.IMMEDIATE)

    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        load(session, session.get_one(Organisation, 1), as_csv(record(1)))
        raise ZeroDivisionError

    with database.reading() as session:
        assert owed(session) == []
        assert database.work.inspect() == []


def test_what_is_owed_to_many_is_enqueued_in_chunks(database, people):
    with database.transaction() as session:
        exeter = session.get_one(Organisation, 1)
        for n in range(30):
            user = a_user(session, exeter, f"u{n}@uni.example")
            set_notifications(session, an_actor(session, user), Switch.IMMEDIATE, Wishes(), now=NOW)

    arrive(database, people[ANN], *map(record, range(15)))

    with database.reading() as session:
        rows = session.exec(select(Outgoing)).all()
    assert len(rows) == 450
    assert {row.fate for row in rows} == {Fate.READY}
    assert len(database.work.inspect()) == 3


def test_deliveries_know_the_arrival_that_brought_them(database, people):
    first = arrive(database, people[ANN], record(1))
    second = arrive(database, people[EVE], record(1))

    with database.reading() as session:
        found = session.exec(select(Delivery.organisation_id, Delivery.arrival_id)).all()
    assert sorted(found) == [(1, first.arrival_id), (2, second.arrival_id)]
