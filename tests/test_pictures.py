from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from core import pictures, users
from core.monthly_picture import MonthlyPicture
from core.preferences import Switch, Wishes, set_notifications
from core.settings import Settings
from core.tables import Preference
from core.terms import Role
from scheduler.jobs import Clockwork
from scheduler.runs import run
from scheduler.timetable import TIMETABLE
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.ledger import notices, owed, told

ANN, BOB, EVE = "ann@uni.example", "bob@uni.example", "eve@leeds.example"
FIRST = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
"""November is over, and it is nine o'clock."""
SECOND = timedelta(seconds=1)


@pytest.fixture
def people(database):
    """Ann, administrator, and Bob, user, of Exeter; Eve, administrator of Leeds."""
    with database.transaction() as session:
        exeter, leeds = an_organisation(session), an_organisation(session, "Leeds")
        enrolled = [
            a_user(session, exeter, ANN, Role.ADMINISTRATOR, is_primary=True),
            a_user(session, exeter, BOB, first_name="Bob"),
            a_user(session, leeds, EVE, Role.ADMINISTRATOR, first_name="Eve"),
        ]
        actors = {user.email: an_actor(session, user) for user in enrolled}
        for actor in actors.values():
            set_notifications(session, actor, Switch.DAILY, Wishes(), now=NOW)
        return actors


def prefer(database, actor, switch=None, *, now=NOW, **wishes):
    with database.transaction() as session:
        set_notifications(session, actor, switch, Wishes(**wishes), now=now)


def months(database, user_id=None):
    with database.reading() as session:
        rows = owed(session, MonthlyPicture.KIND)
    return [row.about["month"] for row in rows if user_id in {None, row.user_id}]


def test_administrators_are_owed_the_month_that_is_over_at_their_time_of_day(database, people):
    assert pictures.send_due(database, now=FIRST - SECOND) == 0
    assert pictures.send_due(database, now=FIRST) == 2
    assert pictures.send_due(database, now=FIRST + SECOND) == 0

    (picture,) = notices(database, ANN, FIRST)
    assert isinstance(picture, MonthlyPicture)
    assert (str(picture.month), picture.upto) == ("2026-11", None)
    assert notices(database, BOB, FIRST) == [], "no administrator, no picture"
    assert len(notices(database, EVE, FIRST)) == 1


def test_every_month_is_told_once_whatever_the_clocks_do(database, people):
    prefer(database, people[ANN], timezone="Europe/London")
    moment = FIRST
    while moment < datetime(2027, 12, 31, tzinfo=UTC):
        pictures.send_due(database, now=moment)
        moment += timedelta(hours=7)

    got = months(database, people[ANN].user_id)
    assert got == sorted(set(got))
    assert got == ["2026-11", "2026-12", *(f"2027-{n:02}" for n in range(1, 12))]


def test_many_schedulers_owe_it_once(database, people):
    barrier = Barrier(4)

    def tick():
        barrier.wait()
        pictures.send_due(database, now=FIRST)

    threads = [Thread(target=tick) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(months(database)) == ["2026-11", "2026-11"]


def test_of_months_that_were_missed_the_last_is_told(database, people):
    pictures.send_due(database, now=datetime(2027, 3, 5, tzinfo=UTC))

    assert set(months(database)) == {"2027-02"}
    with database.reading() as session:
        due = session.get_one(Preference, people[ANN].user_id).picture_due_at
    assert due == datetime(2027, 4, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("leaves", "arrives", "at"),
    [
        ("Pacific/Honolulu", "Asia/Tokyo", datetime(2026, 12, 1, 5, tzinfo=UTC)),
        ("Asia/Tokyo", "Pacific/Honolulu", datetime(2026, 12, 1, 5, tzinfo=UTC)),
        ("Asia/Tokyo", "Pacific/Honolulu", datetime(2026, 11, 30, 20, tzinfo=UTC)),
    ],
)
def test_who_moves_between_zones_at_the_turn_of_a_month_misses_none_and_gets_none_twice(
    database, people, leaves, arrives, at
):
    """In Tokyo it is December while Honolulu has November, and the other way round."""
    ann = people[ANN]
    prefer(database, ann, timezone=leaves, now=NOW)
    pictures.send_due(database, now=at)
    prefer(database, ann, timezone=arrives, now=at)
    for hours in range(0, 24 * 40, 5):
        pictures.send_due(database, now=at + timedelta(hours=hours))

    assert months(database, ann.user_id) == ["2026-11", "2026-12"]


def test_who_turns_notifications_on_hears_of_the_present_month_first(database, people):
    prefer(database, people[ANN], Switch.OFF)
    pictures.send_due(database, now=FIRST)
    assert months(database, people[ANN].user_id) == []

    prefer(database, people[ANN], Switch.ON, now=FIRST + timedelta(days=3))
    pictures.send_due(database, now=FIRST + timedelta(days=4))
    assert months(database, people[ANN].user_id) == []
    pictures.send_due(database, now=datetime(2027, 1, 1, 10, tzinfo=UTC))
    assert months(database, people[ANN].user_id) == ["2026-12"]


def test_immediate_notifications_have_a_picture_too_and_no_channel_has_none(database, people):
    prefer(database, people[ANN], Switch.IMMEDIATE)
    prefer(database, people[EVE], slack=False, mail=False)

    pictures.send_due(database, now=FIRST + timedelta(hours=12))

    assert len(months(database, people[ANN].user_id)) == 1
    assert months(database, people[EVE].user_id) == []


def test_rights_are_read_when_it_is_owed_and_again_when_it_is_sent(database, people):
    with database.transaction() as session:
        users.promote(session, people[ANN], BOB, now=NOW)
    pictures.send_due(database, now=FIRST)
    with database.transaction() as session:
        users.demote(session, people[ANN], BOB, now=FIRST)
        set_notifications(session, people[EVE], Switch.OFF, Wishes(), now=FIRST)

    with database.reading() as session:
        reasons = [getattr(one, "reason", "") for one in told(session, MonthlyPicture.KIND)]
    assert reasons == [
        "",
        "The user is not an administrator any more.",
        "The user has turned notifications off.",
    ]


def test_a_removed_user_is_owed_none(database, people):
    with database.transaction() as session:
        users.promote(session, people[ANN], BOB, now=NOW)
        users.remove(session, people[ANN], BOB, now=NOW)

    pictures.send_due(database, now=FIRST)

    assert months(database, people[BOB].user_id) == []


def test_the_timetable_has_it(database, people):
    (entry,) = [one for one in TIMETABLE if one.name == "pictures"]

    assert run(entry, Clockwork(database, Settings(env="test"), lambda: FIRST)) == ""

    assert len(months(database)) == 2
