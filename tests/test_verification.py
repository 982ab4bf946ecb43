from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core.comparison import read_claims
from core.records import Record
from core.refusals import Kind, Refusal
from core.settings import Settings
from core.tables import AuditEvent, Verification
from core.terms import Outcome, Surface
from core.trf_numbers import TrfNumber
from core.verification import verify, verify_many
from core.verification_cards import NO_MATCH
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation, deliver

NUMBER = TrfNumber.read("25GB000595ZOLJS03G")
TODAY = NOW.date()
ADVICE = "IELTS does not recommend accepting scores over two years old."

GUIDE_NO_MATCH = """\
No match found.
Please try again, paying particular attention to the digits and letters (e.g. zeros and ones).
If there is still no match, and the result is less than two years old, then please contact us \
via the HELP page."""


@pytest.fixture
def actor(database):
    with database.transaction() as session:
        return an_actor(session, a_user(session, an_organisation(session)), Surface.SLACK)


def keep(database, *results):
    with database.transaction() as session:
        for columns in results:
            a_result(session, **columns)


def look_up(database, actor, number=NUMBER, *, claims=None, now=NOW):
    with database.transaction() as session:
        return verify(session, actor, number, claims=claims, now=now, settings=Settings())


def look_up_many(database, actor, *numbers):
    with database.transaction() as session:
        wanted = [TrfNumber.read(one) for one in numbers]
        return verify_many(session, actor, wanted, now=NOW, settings=Settings())


def rows(database, table):
    with database.reading() as session:
        return session.exec(select(table).order_by(table.id)).all()


def test_a_record_is_found_whether_it_was_delivered_to_us_to_others_or_to_nobody(database, actor):
    with database.transaction() as session:
        to_us = a_result(session, "25GB000001AAAAS03G")
        to_others = a_result(session, "25GB000002AAAAS03G")
        a_result(session, "25GB000003AAAAS03G")
        deliver(session, an_organisation(session, "York"), to_others)
        deliver(session, an_organisation(session, "Leeds"), to_us)

    table = look_up_many(
        database, actor, "25GB000001AAAAS03G", "25GB000002AAAAS03G", "25GB000003AAAAS03G"
    )
    assert {card.outcome for card in table.cards} == {Outcome.MATCH}


def test_the_document_of_a_match_has_the_guides_headings(database, actor):
    keep(database, {"reading": 13, "overall": 15})

    document = look_up(database, actor).document()
    assert set(document) >= {"outcome", "trf_number", "message", "warnings", "result"}
    assert document["outcome"] == "match"
    assert document["trf_number"] == NUMBER
    assert document["message"] == "Match found."
    assert document["warnings"] == []
    assert "comparison" not in document
    assert document["result"] == {
        "trfNumber": "25GB000595ZOLJS03G",
        "familyName": "ZOLA",
        "firstName": "JANE",
        "dateOfBirth": "1982-05-02",
        "gender": "F",
        "candidateEmail": "jane.zola@mail.example",
        "Module": "General Training",
        "candidateNumber": "000595",
        "centreNumber": "GBS03",
        "testDate": "2025-07-08",
        "listeningScore": "8.5",
        "readingScore": "6.5",
        "writingScore": "7.5",
        "speakingScore": "7.5",
        "overallBandScore": "7.5",
    }


def test_no_match_is_said_in_the_guides_words(database, actor):
    card = look_up(database, actor)

    assert NO_MATCH == GUIDE_NO_MATCH
    assert card.document() == {
        "outcome": "no_match",
        "trf_number": NUMBER,
        "message": GUIDE_NO_MATCH,
        "warnings": [],
        "result": None,
    }


def test_hints_of_no_match_know_nothing_of_other_records(database, actor):
    mistyped = TrfNumber.read("25GBO00595ZOLJS03G")
    alone = look_up(database, actor, mistyped)
    keep(database, {})

    assert look_up(database, actor, mistyped) == alone
    assert [hint for hint in alone.warnings if "Is it 0?" in hint]


@pytest.mark.parametrize(
    ("test_date", "outcome", "advised"),
    [
        (TODAY, Outcome.MATCH, False),
        (TODAY - relativedelta(years=2), Outcome.MATCH, False),
        (TODAY - relativedelta(years=2, days=1), Outcome.MATCH, True),
        (TODAY - relativedelta(years=3), Outcome.MATCH, True),
        (TODAY - relativedelta(years=3, days=1), Outcome.NO_MATCH, False),
        (date(1999, 1, 1), Outcome.NO_MATCH, False),
    ],
)
def test_the_age_of_a_test_decides_and_the_boundary_day_is_inside(
    database, actor, test_date, outcome, advised
):
    keep(database, {"trf_number": "SHORT1A", "test_date": test_date.isoformat()})

    card = look_up(database, actor, TrfNumber.read("SHORT1A"))
    assert card.outcome is outcome
    assert any(ADVICE in warning for warning in card.warnings) is advised


def test_a_record_too_old_is_answered_exactly_as_one_that_is_not_there(database, actor):
    missing = look_up(database, actor)
    keep(database, {"test_date": "2020-01-01"})

    assert look_up(database, actor) == missing


@pytest.mark.parametrize(
    ("today", "outcome"),
    [(date(2027, 2, 28), Outcome.MATCH), (date(2027, 3, 1), Outcome.NO_MATCH)],
)
def test_a_test_of_29_february_ages_on_the_28th(database, actor, today, outcome):
    keep(database, {"test_date": "2024-02-29"})

    now = datetime(today.year, today.month, today.day, 23, 59, tzinfo=UTC)
    assert look_up(database, actor, now=now).outcome is outcome


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 1500))
def test_ages_agree_with_the_calendar(database, actor, test_date, days):
    today = test_date + timedelta(days=days)
    with database.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM verification")
        session.connection().exec_driver_sql("DELETE FROM result")
        session.connection().exec_driver_sql("DELETE FROM look_up_count")
        a_result(session, "SHORT1A", test_date=test_date.isoformat())

    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    card = look_up(database, actor, TrfNumber.read("SHORT1A"), now=now)
    assert (card.outcome is Outcome.MATCH) == (test_date + relativedelta(years=3) >= today)
    if card.outcome is Outcome.MATCH:
        advised = any(ADVICE in warning for warning in card.warnings)
        assert advised == (test_date + relativedelta(years=2) < today)


def test_a_status_that_is_not_released_is_shown_as_it_came_and_gives_no_scores(database, actor):
    keep(database, {"status": "Withheld (2)"})
    claims = read_claims({"overall": "8", "name": "Jane Zola"})

    card = look_up(database, actor, claims=claims)
    document = card.document()
    assert document["outcome"] == "match"
    assert document["status"] == "Withheld (2)"
    assert document["message"] == "This record's status is Withheld (2). It has no valid scores."
    assert document["warnings"][0].startswith("Status: Withheld (2). Do not accept")
    scores = [value for key, value in document["result"].items() if "Score" in key]
    assert scores == [""] * 5
    assert document["comparison"] == {"name": "match", "overall": "mismatch"}


def test_parts_of_the_number_and_an_overall_that_do_not_fit_are_warned_of(database, actor):
    keep(database, {"module": "A", "overall": 10})

    warnings = look_up(database, actor).warnings
    assert warnings == (
        "The TRF number's module (G) is not that of the record.",
        "The overall band score 5 is not the mean of the four scores, 8.",
    )


def test_claims_get_a_verdict_each_and_an_ambiguous_date_is_told(database, actor):
    keep(database, {})
    claims = read_claims({"name": "Zola Jane", "dob": "2/5/1982", "reading": "7", "gender": "F"})

    document = look_up(database, actor, claims=claims).document()
    assert document["comparison"] == {
        "name": "match",
        "dob": "ambiguous",
        "reading": "mismatch",
        "gender": "match",
    }
    assert document["warnings"] == [
        "dob=2/5/1982 may be 5 Feb 1982 or 2 May 1982; the record agrees with one of the two."
    ]


def test_claims_about_a_record_that_is_not_there_get_no_verdict(database, actor):
    card = look_up(database, actor, claims=read_claims({"name": "Jane Zola"}))

    assert card.comparison is None
    assert "comparison" not in card.document()


def test_several_numbers_give_one_row_each_in_the_order_asked(database, actor):
    keep(database, {"trf_number": "Z1A"}, {"trf_number": "A1A"})

    table = look_up_many(database, actor, "Z1A", "M1A", "a1a")
    assert [(card.trf_number, card.outcome.value) for card in table.cards] == [
        ("Z1A", "match"),
        ("M1A", "no_match"),
        ("A1A", "match"),
    ]
    assert [one["trf_number"] for one in table.document()["verifications"]] == ["Z1A", "M1A", "A1A"]


def test_a_number_asked_for_twice_is_shown_twice_and_looked_up_once(database, actor):
    keep(database, {"trf_number": "Z1A"})

    table = look_up_many(database, actor, "Z1A", "M1A", "z-1-a")
    assert [card.trf_number for card in table.cards] == ["Z1A", "M1A", "Z1A"]
    assert table.cards[0] == table.cards[2]
    assert [one.trf_number for one in rows(database, Verification)] == ["Z1A", "M1A"]
    assert [one.subject for one in rows(database, AuditEvent)] == ["Z1A", "M1A"]


def test_many_numbers_are_answered_as_one_by_one(database, actor):
    keep(
        database,
        {},
        {"trf_number": "OLD1A", "test_date": "2024-01-01"},
        {"trf_number": "OLDER1A", "test_date": "2019-01-01"},
        {"trf_number": "HELD1A", "status": "HELD"},
    )
    asked = [NUMBER, "OLD1A", "OLDER1A", "HELD1A", "NONE1A"]

    table = look_up_many(database, actor, *asked)
    assert list(table.cards) == [look_up(database, actor, TrfNumber.read(one)) for one in asked]


def test_more_numbers_than_one_query_takes_are_all_found(database, actor):
    asked = [f"N{i:05}A" for i in range(5200)]
    with database.transaction() as session:
        for number in (asked[0], asked[4999], asked[5000], asked[-1]):
            a_result(session, number)
        settings = Settings(look_ups_per_user=6000)
        table = verify_many(session, actor, list(map(TrfNumber, asked)), now=NOW, settings=settings)

    found = [card.trf_number for card in table.cards if card.outcome is Outcome.MATCH]
    assert found == [asked[0], asked[4999], asked[5000], asked[-1]]
    assert [card.trf_number for card in table.cards] == asked


def test_every_look_up_is_audited_with_who_where_when_number_and_outcome(database, actor):
    keep(database, {})
    look_up(database, actor)
    look_up_many(database, actor, "NONE1A", "NONE2A")

    events = rows(database, AuditEvent)
    assert [(one.subject, one.outcome) for one in events] == [
        (NUMBER, "match"),
        ("NONE1A", "no_match"),
        ("NONE2A", "no_match"),
    ]
    for event in events:
        assert event.action == "verification:look-up"
        assert event.user_id == actor.user_id
        assert event.organisation_id == actor.organisation_id
        assert event.user_name == "Ann Bell"
        assert event.surface == "slack"
        assert event.at == NOW


def test_a_verification_keeps_who_relied_on_which_record_without_claimed_values(database, actor):
    keep(database, {})
    claims = read_claims({"name": "Jane Zola", "dob": "1999-12-31"})
    card = look_up(database, actor, claims=claims)
    look_up(database, actor, TrfNumber.read("NONE1A"))

    found, missed = rows(database, Verification)
    assert found.result_id == card.record.result_id
    assert (found.user_id, found.surface, found.looked_up_at) == (actor.user_id, "slack", NOW)
    assert found.compared == "name:match,dob:mismatch"
    assert (missed.outcome, missed.result_id, missed.compared) == ("no_match", None, "")
    kept = " ".join(str(one.model_dump()) for one in rows(database, AuditEvent))
    assert "1999" not in kept
    assert "Zola" not in kept


def test_over_a_limit_nothing_is_looked_up(database, actor):
    with pytest.raises(Refusal, match="Nothing was looked up") as refused:
        with database.transaction() as session:
            wanted = [TrfNumber.read("A1A"), TrfNumber.read("A2A")]
            settings = Settings(look_ups_per_user=1)
            verify_many(session, actor, wanted, now=NOW, settings=settings)
    assert refused.value.kind is Kind.LIMIT
    assert rows(database, Verification) == []


def test_a_card_shows_no_telephone_address_or_photo():
    shown = {one.name for one in fields(Record)}

    assert not {one for one in shown if "address" in one or one in {"telephone", "photo"}}
