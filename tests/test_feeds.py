from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from core import feeds, file_feeds
from core.composing import compose
from core.notices import FeedSilent, FeedWell
from core.settings import Settings
from core.sources.arrivals import NAME
from core.tables import Arrival, Feed, Organisation, Outgoing, RejectedRecord
from core.terms import Role
from tests.builders import NOW, a_user, an_organisation

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTINGS = Settings(ielts_api_url="https://api.example")


@pytest.fixture(autouse=True)
def _people(database):
    with database.transaction() as session:
        exeter = an_organisation(session)
        a_user(session, exeter, "ann@uni.example", Role.ADMINISTRATOR)
        a_user(session, exeter, "bob@uni.example")


def feed(database, **values):
    with database.transaction() as session:
        session.merge(Feed(name=NAME, **({"brought_at": NOW} | values)))


def told(database):
    with database.reading() as session:
        rows = session.exec(select(Outgoing).order_by(col(Outgoing.id))).all()
        return [compose(session, row, {}, now=NOW) for row in rows]


def test_a_refused_credential_is_told_once_and_its_end_too(database):
    error = "credential: The client id or its secret was refused (401). [t-1]"
    feed(database, failing_since=NOW, error=error)

    assert feeds.tick(database, SETTINGS, NOW) == 1
    assert feeds.tick(database, SETTINGS, NOW + HOUR) == 0
    feed(database, alarm="credential")
    assert feeds.tick(database, SETTINGS, NOW + HOUR) == 1
    assert feeds.tick(database, SETTINGS, NOW + HOUR) == 0

    first, second = told(database)
    assert isinstance(first.notice, FeedSilent)
    assert isinstance(second.notice, FeedWell)
    assert first.recipient.address == "ann@uni.example"
    assert "t-1" in first.notice.problem
    assert (
        "It said: The client id or its secret was refused (401). [t-1] Ask" in first.notice.problem
    )
    assert "RESULTS_IELTS_API_CLIENT_SECRET" in first.notice.problem
    assert "can be read again" in second.notice.news


def test_a_poll_that_fails_once_is_no_news_and_one_that_keeps_failing_is(database):
    feed(database, failing_since=NOW, error="unavailable: The API answered 503. [t-2]")

    assert feeds.tick(database, SETTINGS, NOW + HOUR / 2) == 0
    assert feeds.tick(database, SETTINGS, NOW + HOUR) == 1
    assert "2026-11-25 09:00" in told(database)[0].notice.problem


def test_silence_is_told_after_the_hours_that_are_set(database):
    feed(database)
    settings = SETTINGS.model_copy(update={"feed_alarm_hours": 48})

    assert feeds.tick(database, settings, NOW + 47 * HOUR) == 0
    assert feeds.tick(database, settings, NOW + 48 * HOUR) == 1
    assert "for 48 hours" in told(database)[0].notice.problem


def test_a_secret_that_ends_is_told_two_weeks_before(database):
    feed(database)
    settings = SETTINGS.model_copy(update={"ielts_api_secret_expires": date(2026, 12, 9)})

    assert feeds.tick(database, settings, NOW - timedelta(days=1)) == 0
    assert feeds.tick(database, settings, NOW) == 1
    assert "2026-12-09" in told(database)[0].notice.problem


def test_bad_records_are_told_once_with_how_they_are_mended_and_their_end_too(database):
    feed(database)
    with database.transaction() as session:
        session.add(
            RejectedRecord(
                organisation_id=1,
                trf_number="25GB000001ZOLJS03G",
                rejected_at=NOW,
                problem="overallBandScore: 12 is not a band",
                record={},
            )
        )

    assert feeds.tick(database, SETTINGS, NOW) == 1
    assert feeds.tick(database, SETTINGS, NOW) == 0
    with database.transaction() as session:
        session.delete(session.exec(select(RejectedRecord)).one())
    assert feeds.tick(database, SETTINGS, NOW) == 1

    bad, well = told(database)
    assert "1 record of the official results API could not be taken in" in bad.notice.problem
    assert "12" not in bad.notice.problem
    assert well.notice.news == "All records of the official results API are taken in now."


def test_a_failure_that_is_not_told_yet_does_not_end_another_alarm(database):
    feed(database, failing_since=NOW, error="unavailable: x []", alarm="silent")

    assert feeds.tick(database, SETTINGS, NOW) == 0
    assert feeds.tick(database, SETTINGS, NOW + HOUR) == 1


def files_came(database, *moments, source="results.csv", delivered=3):
    with database.transaction() as session:
        (exeter,) = session.exec(select(Organisation)).all()
        for moment in moments:
            session.add(
                Arrival(
                    organisation_id=exeter.id, source=source, arrived_at=moment, delivered=delivered
                )
            )


@given(st.lists(st.timedeltas(timedelta(), timedelta(days=400)), min_size=2, max_size=12))
def test_what_is_usual_is_the_longest_wait_between_two_files(waits):
    came = [NOW]
    for wait in waits:
        came.append(came[-1] - wait)
    assert file_feeds.longest_wait(came) == max(waits)


def test_files_that_stay_away_twice_as_long_as_usual_are_told_once_and_their_return(database):
    files_came(database, NOW - 17 * DAY, NOW - 10 * DAY, NOW - 3 * DAY, NOW)

    assert feeds.tick(database, Settings(), NOW + 14 * DAY - HOUR) == 0
    assert feeds.tick(database, Settings(), NOW + 14 * DAY) == 1
    assert feeds.tick(database, Settings(), NOW + 15 * DAY) == 0
    files_came(database, NOW + 16 * DAY)
    assert feeds.tick(database, Settings(), NOW + 16 * DAY) == 1
    assert feeds.tick(database, Settings(), NOW + 16 * DAY + HOUR) == 0

    silent, well = told(database)
    assert isinstance(silent.notice, FeedSilent)
    assert "came on 2026-11-25; before that one came at least every 7 days" in silent.notice.problem
    assert well.notice.news == "Results files are coming again. Nothing needs to be done."


def test_daily_files_are_waited_for_as_long_as_the_settings_say(database):
    files_came(database, NOW - 2 * DAY, NOW - DAY, NOW)

    assert feeds.tick(database, Settings(), NOW + 96 * HOUR - HOUR) == 0
    assert feeds.tick(database, Settings(), NOW + 96 * HOUR) == 1
    assert "at least every day" in told(database)[0].notice.problem


def test_two_files_files_without_news_and_polls_are_no_feed_of_files(database):
    files_came(database, NOW - 2 * DAY, NOW - DAY)
    files_came(database, NOW - 2 * DAY, NOW - DAY, NOW, delivered=0)
    files_came(database, NOW - 2 * DAY, NOW - DAY, NOW, source=NAME)

    assert feeds.tick(database, Settings(), NOW + 300 * DAY) == 0


def test_nothing_is_told_of_what_is_not_polled(database):
    feed(database, failing_since=NOW - HOUR, error="unavailable: x []")

    assert feeds.tick(database, Settings(), NOW) == 0
    assert feeds.tick(database, SETTINGS, NOW) == 1
