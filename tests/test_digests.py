import csv
import io
import json
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from core import attached, digests, templates
from core.composing import compose
from core.delivery import download, results
from core.fields import find_field
from core.notices import Digest
from core.preferences import Switch, Wishes, set_notifications
from core.tables import Download, Organisation, Preference
from core.terms import DateFormat, Format, Frequency, Service
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.intake.shapes import as_csv, load, number, record
from tests.ledger import notices, owed

ANN, BOB, EVE = "ann@uni.example", "bob@uni.example", "eve@leeds.example"
DAY = timedelta(days=1)
TOMORROW = NOW + DAY


@pytest.fixture
def people(database):
    """Ann and Bob of Exeter, Eve of Leeds, all with daily digests from 09:00 UTC today on."""
    with database.transaction() as session:
        exeter, leeds = an_organisation(session), an_organisation(session, "Leeds")
        users = [
            a_user(session, exeter, ANN),
            a_user(session, exeter, BOB, first_name="Bob"),
            a_user(session, leeds, EVE, first_name="Eve"),
        ]
        actors = {user.email: an_actor(session, user) for user in users}
        for actor in actors.values():
            set_notifications(session, actor, Switch.DAILY, Wishes(), now=NOW)
        return actors


def prefer(database, actor, switch=None, *, now=NOW, **wishes):
    with database.transaction() as session:
        set_notifications(session, actor, switch, Wishes(**wishes), now=now)


def arrive(database, actor, *records, now=NOW):
    with database.transaction() as session:
        organisation = session.get_one(Organisation, actor.organisation_id)
        return load(session, organisation, as_csv(*records), now=now)


def rows_of(file):
    return list(csv.DictReader(io.StringIO(file.data.decode())))


def test_a_digest_is_due_at_its_time_with_count_table_and_export_and_takes_nothing(
    database, people
):
    arrive(database, people[ANN], record(1), record(2))

    assert digests.send_due(database, now=TOMORROW - timedelta(seconds=1)) == 0
    assert digests.send_due(database, now=TOMORROW) == 3

    (notice,) = notices(database, ANN, TOMORROW)
    assert isinstance(notice, Digest)
    assert (notice.frequency, notice.count, notice.waiting) == (Frequency.DAILY, 2, 2)
    assert [one.trf_number for one in notice.records] == [number(1), number(2)]
    assert (notice.template, notice.download_id) == ("Standard", None)
    assert [row["trfNumber"] for row in rows_of(notice.file)] == [number(1), number(2)]
    assert notice.file.filename == "ielts-results-new-20261126.csv"
    assert notices(database, EVE, TOMORROW) == [], "nothing new, nothing sent"
    with database.reading() as session:
        assert results(session, people[ANN]).new == 2


def test_only_what_came_since_the_last_digest_is_in_it(database, people):
    arrive(database, people[ANN], record(1))
    digests.send_due(database, now=TOMORROW)
    arrive(database, people[ANN], record(1), record(2), now=TOMORROW)

    digests.send_due(database, now=TOMORROW + DAY)
    digests.send_due(database, now=TOMORROW + 2 * DAY)

    first, second = notices(database, ANN, TOMORROW + 2 * DAY)
    assert [one.trf_number for one in first.records] == [number(1)]
    assert [one.trf_number for one in second.records] == [number(2)]


def test_what_came_before_notifications_were_turned_on_is_not_new(database, people):
    prefer(database, people[ANN], Switch.OFF)
    arrive(database, people[ANN], record(1))

    prefer(database, people[ANN], Switch.DAILY)
    digests.send_due(database, now=TOMORROW)

    assert notices(database, ANN, TOMORROW) == []


def test_a_colleagues_download_does_not_hide_what_came(database, people):
    arrive(database, people[ANN], record(1))
    with database.transaction() as session:
        download(session, people[BOB], now=NOW)

    digests.send_due(database, now=TOMORROW)

    (notice,) = notices(database, ANN, TOMORROW)
    assert (notice.count, notice.waiting, len(rows_of(notice.file))) == (1, 0, 1)


def test_the_export_is_in_the_users_own_template(database, people):
    arrive(database, people[ANN], record(1))
    with database.transaction() as session:
        templates.create(
            session,
            people[ANN],
            name="Slate",
            format=Format.JSON,
            dates=DateFormat.MONTH_FIRST,
            fields=[find_field("familyName"), find_field("testDate")],
            default=False,
            now=NOW,
        )
    prefer(database, people[ANN], template="Slate")

    digests.send_due(database, now=TOMORROW)

    (ann,), (bob,) = notices(database, ANN, TOMORROW), notices(database, BOB, TOMORROW)
    assert json.loads(ann.file.data) == {
        "results": [{"familyName": "Zola", "testDate": "07/28/2025"}]
    }
    assert (ann.template, bob.template) == ("Slate", "Standard")


def test_who_wants_it_gets_digests_that_are_downloads_and_is_told_which(database, people):
    arrive(database, people[ANN], record(1), record(2))
    prefer(database, people[BOB], marks=True)

    digests.send_due(database, now=TOMORROW)

    (bob,) = notices(database, BOB, TOMORROW)
    with database.reading() as session:
        (made,) = session.exec(select(Download))
        assert results(session, people[BOB]).new == 0
    assert (bob.download_id, bob.waiting, made.records) == (made.id, 0, 2)
    assert bob.file.filename == f"ielts-results-{made.id}-20261126.csv"
    assert len(rows_of(bob.file)) == 2
    (ann,) = notices(database, ANN, TOMORROW)
    assert (ann.download_id, ann.count) == (None, 2)


def test_a_verification_only_account_takes_no_downloads(database, people):
    with database.transaction() as session:
        session.get_one(Organisation, 1).service = Service.VERIFICATION.value
    prefer(database, people[BOB], marks=True)
    arrive(database, people[ANN], record(1))

    digests.send_due(database, now=TOMORROW)

    assert notices(database, BOB, TOMORROW)[0].download_id is None


def test_results_that_are_held_back_are_in_no_digest(database, people):
    arrive(database, people[ANN], record(1, status="PENDING"), record(2, status="RELEASED"))

    digests.send_due(database, now=TOMORROW)

    (notice,) = notices(database, ANN, TOMORROW)
    assert (notice.count, [one.trf_number for one in notice.records]) == (1, [number(2)])


def test_days_that_were_missed_make_one_digest(database, people):
    arrive(database, people[ANN], record(1))
    arrive(database, people[ANN], record(2), now=TOMORROW + DAY)

    back = TOMORROW + 3 * DAY + timedelta(hours=2)
    digests.send_due(database, now=back)
    digests.send_due(database, now=back)

    (notice,) = notices(database, ANN, back)
    assert notice.count == 2
    with database.reading() as session:
        assert session.get_one(Preference, people[ANN].user_id).next_due_at == NOW + 5 * DAY


def test_many_schedulers_claim_each_due_moment_once(database, people):
    with database.transaction() as session:
        exeter = session.get_one(Organisation, 1)
        for n in range(40):
            actor = an_actor(session, a_user(session, exeter, f"u{n}@uni.example"))
            set_notifications(session, actor, Switch.DAILY, Wishes(), now=NOW)
    arrive(database, people[ANN], record(1))
    together, served = Barrier(4), []

    def tick():
        together.wait()
        served.append(digests.send_due(database, now=TOMORROW))

    threads = [Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(served) == 43
    with database.reading() as session:
        rows = owed(session, Digest.KIND)
    assert len({row.user_id for row in rows}) == len(rows) == 42


@pytest.mark.parametrize(
    ("zone", "set_at", "day", "due"),
    [
        ("Europe/London", "2026-03-28T14:05", "2026-03-29", "2026-03-29T13:05Z"),
        ("Europe/London", "2026-10-24T14:05", "2026-10-25", "2026-10-25T14:05Z"),
        ("Europe/London", "2026-03-28T01:30", "2026-03-29", "2026-03-29T01:00Z"),
        ("Europe/London", "2026-10-24T01:30", "2026-10-25", "2026-10-25T00:30Z"),
    ],
)
def test_it_stays_at_its_local_time_across_both_clock_changes(
    database, people, zone, set_at, day, due
):
    moment = datetime.fromisoformat(set_at).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    prefer(database, people[ANN], timezone=zone, now=moment)
    prefer(database, people[ANN], Switch.DAILY, now=moment)
    prefer(database, people[BOB], Switch.OFF, now=moment)
    prefer(database, people[EVE], Switch.OFF, now=moment)
    expected = datetime.fromisoformat(due)

    assert digests.send_due(database, now=expected - timedelta(seconds=1)) == 0
    assert digests.send_due(database, now=expected) == 1
    for minutes in range(0, 24 * 60 - 5, 30):
        later = expected + timedelta(minutes=minutes)
        if later.astimezone(ZoneInfo(zone)).date().isoformat() == day:
            assert digests.send_due(database, now=later) == 0


def test_several_users_share_one_file_and_one_table(database, people):
    arrive(database, people[ANN], record(1))
    digests.send_due(database, now=TOMORROW)

    shared = {}
    with database.reading() as session:
        ann, bob = (
            compose(session, row, shared, now=TOMORROW).notice for row in owed(session, Digest.KIND)
        )

    assert ann.file is bob.file
    assert ann.records is bob.records


def test_a_file_that_is_too_large_is_left_out(database, people, monkeypatch):
    monkeypatch.setattr(attached, "MOST_BYTES", 100)
    arrive(database, people[ANN], *map(record, range(10)))

    digests.send_due(database, now=TOMORROW)

    (notice,) = notices(database, ANN, TOMORROW)
    assert (notice.file, notice.count) == (None, 10)


def test_a_weekly_digest_is_due_in_a_week(database, people):
    prefer(database, people[ANN], Switch.WEEKLY)
    arrive(database, people[ANN], record(1))

    for days in range(1, 7):
        digests.send_due(database, now=NOW + days * DAY)
    assert notices(database, ANN, NOW + 6 * DAY) == []

    digests.send_due(database, now=NOW + 7 * DAY)
    (notice,) = notices(database, ANN, NOW + 7 * DAY)
    assert notice.frequency is Frequency.WEEKLY
