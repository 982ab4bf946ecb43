from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.actors import actor_by_id
from core.commands.run import run_for
from core.notices import ResultsChanged, WatchHit
from core.refusals import Refusal
from core.sources import live, watched
from core.tables import AuditEvent, Delivery, LiveCheck, LookUpCount, Outgoing, Result
from core.terms import Outcome, Surface
from core.trf_numbers import TrfNumber
from core.watches import watch
from tests.builders import NOW, a_result, a_user, an_actor
from tests.servers.ielts_api import a_record

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NUMBER = a_record(1)["trfNumber"]


@pytest.fixture
def ann(database, exeter):
    with database.transaction() as session:
        return an_actor(session, a_user(session, exeter))


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr("core.sources.client.PAUSES", (0.0,))


def verify(database, ann, settings, line=f"verify {NUMBER}", now=NOW):
    return run_for(
        database,
        lambda session: actor_by_id(session, ann.user_id, Surface.CONSOLE),
        line,
        now=now,
        settings=settings,
    ).answer


def owed(database):
    with database.reading() as session:
        return session.exec(select(Outgoing.kind).order_by(col(Outgoing.id))).all()


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_number_that_nobody_sent_us_is_found_kept_and_delivered_to_nobody(
    database, api, configured, ann, version
):
    api.put(a_record(1))

    card = verify(database, ann, configured(ielts_api_version=version))

    assert card.outcome is Outcome.MATCH
    assert card.record.overall == 16
    assert card.message == "Match found. IELTS confirmed it just now."
    assert card.document()["checked_at"] == NOW.isoformat()
    with database.reading() as session:
        assert session.exec(select(Delivery)).all() == []
        assert session.exec(select(Result)).one().trf_number == NUMBER


def test_the_answer_is_good_for_a_while_with_its_age_and_is_asked_anew_after(
    database, api, settings, ann
):
    api.put(a_record(1))
    verify(database, ann, settings)

    again = verify(database, ann, settings, now=NOW + 5 * MINUTE)
    assert again.message.endswith("IELTS confirmed it 5 minutes ago.")
    assert len(api.requests) == 1

    verify(database, ann, settings, now=NOW + 2 * HOUR)
    assert len(api.requests) == 2


def test_no_match_is_said_only_when_ielts_says_so(database, api, settings, ann):
    card = verify(database, ann, settings)

    assert card.outcome is Outcome.NO_MATCH
    assert card.document()["checked_at"] == NOW.isoformat()


@pytest.mark.parametrize("fault", [500, 401, "hang up", "cut", "shapeless", "html"])
def test_what_could_not_be_asked_is_unavailable_with_the_transaction_id(
    database, api, settings, ann, fault
):
    api.put(a_record(1))
    api.always = fault

    card = verify(database, ann, settings)

    assert card.outcome is Outcome.UNAVAILABLE
    assert "does not mean that there is none" in card.message
    assert api.requests[-1]["transaction"] in card.message
    with database.reading() as session:
        counts = session.exec(select(LookUpCount)).all()
        assert all(one.misses == 0 for one in counts)
        (event,) = session.exec(
            select(AuditEvent).where(AuditEvent.action == "verification:look-up")
        )
    assert event.outcome == "unavailable"


def test_an_earlier_no_match_is_not_repeated_when_asking_again_fails(database, api, settings, ann):
    verify(database, ann, settings)
    api.always = 503

    assert verify(database, ann, settings, now=NOW + 2 * HOUR).outcome is Outcome.UNAVAILABLE


def test_a_record_that_we_have_is_shown_with_a_warning_while_ielts_is_away(
    database, api, settings, ann
):
    api.put(a_record(1))
    verify(database, ann, settings)
    api.always = 503

    card = verify(database, ann, settings, now=NOW + 3 * HOUR)

    assert card.outcome is Outcome.MATCH
    assert card.message == "Match found."
    assert card.warnings[0] == (
        "IELTS could not be asked now: this is the record as it was 3 hours ago."
    )


def test_a_record_that_ielts_does_not_know_is_shown_with_a_strong_warning(
    database, api, settings, ann
):
    with database.transaction() as session:
        a_result(session, NUMBER)

    card = verify(database, ann, settings)

    assert card.outcome is Outcome.MATCH
    assert "finds no record of this number" in card.warnings[0]


def test_a_changed_record_tells_those_who_relied_on_it(database, api, settings, ann):
    api.put(a_record(1))
    verify(database, ann, settings)
    api.put(a_record(1, overallBandScore="8.50", lastModifiedDate="2026-11-25T10:00:00"))

    card = verify(database, ann, settings, now=NOW + 2 * HOUR)

    assert card.record.overall == 17
    assert owed(database) == [ResultsChanged.KIND]


def test_many_are_asked_at_once_and_one_that_fails_harms_no_other(database, api, settings, ann):
    numbers = [a_record(n)["trfNumber"] for n in range(1, 8)]
    api.put(*(a_record(n) for n in range(1, 7)))
    api.always = lambda query: 500 if query["trfNumber"] == numbers[2] else None

    table = verify(database, ann, settings, "verify " + " ".join(numbers))

    assert [one.outcome.value for one in table.cards] == [
        "match",
        "match",
        "unavailable",
        "match",
        "match",
        "match",
        "no_match",
    ]


def test_nobody_waits_longer_than_a_person_would(database, api, configured, ann, monkeypatch):
    api.put(a_record(1))
    api.always = 5.0
    settings = configured(ielts_api_timeout=10.0)
    monkeypatch.setattr(live, "SECONDS", 0.3)

    card = verify(database, ann, settings)

    assert card.outcome is Outcome.UNAVAILABLE


def test_an_answer_about_another_number_says_nothing_of_ours(database, api, settings, ann):
    other = a_record(2)
    api.records[NUMBER] = other
    api.answer = lambda _: (200, {"results": [other], "resultSummary": {"recordCount": "1"}})

    assert verify(database, ann, settings).outcome is Outcome.UNAVAILABLE


def test_a_record_that_cannot_be_read_is_unavailable(database, api, settings, ann):
    api.put(a_record(1, overallBandScore="twelve"))

    assert verify(database, ann, settings).outcome is Outcome.UNAVAILABLE


def test_over_a_limit_nobody_is_asked(database, api, configured, ann):
    settings = configured(look_ups_per_user=1)
    verify(database, ann, settings)
    with pytest.raises(Refusal):
        verify(database, ann, settings, "verify NONE2A")
    with pytest.raises(Refusal):
        verify(database, ann, settings, "verify NONE3A NONE4A")

    assert len(api.requests) == 1


def test_strangers_and_lines_that_cannot_be_read_ask_nobody(database, api, settings, ann):
    with pytest.raises(Refusal):
        run_for(
            database,
            lambda session: actor_by_id(session, 999, Surface.CONSOLE),
            f"verify {NUMBER}",
            now=NOW,
            settings=settings,
        )
    with pytest.raises(Refusal):
        verify(database, ann, settings, "verify A-1!")

    assert api.requests == []


def watched_by(database, ann, *numbers):
    with database.transaction() as session:
        for number in numbers:
            watch(session, ann, TrfNumber.read(number), now=NOW)


def test_watched_numbers_are_asked_about_in_turn_and_hits_are_told_once(
    database, api, settings, ann
):
    watched_by(database, ann, NUMBER, "NONE1A")
    assert watched.tick(database, settings, NOW) == 2
    assert watched.tick(database, settings, NOW + HOUR) == 0
    api.put(a_record(1))
    assert watched.tick(database, settings, NOW + 7 * HOUR) == 2
    watched.tick(database, settings, NOW + 14 * HOUR)

    assert owed(database) == [WatchHit.KIND]


def test_a_watched_record_that_changes_is_told(database, api, settings, ann):
    api.put(a_record(1))
    watched_by(database, ann, NUMBER)
    watched.tick(database, settings, NOW)
    api.put(a_record(1, status="WITHDRAWN", lastModifiedDate="2026-11-25T12:00:00"))
    watched.tick(database, settings, NOW + 7 * HOUR)

    assert owed(database) == [WatchHit.KIND, ResultsChanged.KIND]


def test_watches_leave_half_of_the_day_to_people(database, api, configured, ann):
    settings = configured(ielts_api_requests_per_day=10)
    watched_by(database, ann, *(f"NONE{n}A" for n in range(20)))

    for hour in range(4):
        watched.tick(database, settings, NOW + hour * MINUTE)

    assert len(api.requests) == 5


def test_a_watch_that_could_not_be_asked_is_tried_again_soon(database, api, settings, ann):
    watched_by(database, ann, NUMBER)
    api.always = 500
    assert watched.tick(database, settings, NOW) == 0
    assert watched.tick(database, settings, NOW + MINUTE) == 0
    api.always = None

    assert watched.tick(database, settings, NOW + HOUR) == 1
    with database.reading() as session:
        row = session.exec(select(LiveCheck)).one()
    assert (row.outcome, row.answered_at) == ("no_match", NOW + HOUR)
