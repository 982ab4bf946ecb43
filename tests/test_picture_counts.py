import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.actors import actor_by_id
from core.months import Month
from core.organisations import organisation_named
from core.picture_counts import picture
from core.refusals import Refusal
from core.small_numbers import FEWEST
from core.tables import Feed, Organisation, Verification
from core.terms import Module, Role, Surface
from tests.builders import NOW, a_user, an_organisation
from tests.intake.shapes import as_csv, load, record

OCTOBER = Month(2026, 10)
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def ann(database):
    """The administrator of Exeter; Leeds is there too."""
    with database.transaction() as session:
        exeter, _ = an_organisation(session), an_organisation(session, "Leeds")
        user = a_user(session, exeter, role=Role.ADMINISTRATOR)
        return actor_by_id(session, user.id, Surface.CONSOLE)


def arrive(database, now, *records, organisation="Exeter"):
    with database.transaction() as session:
        row = organisation_named(session, organisation)
        return load(session, row, as_csv(*records), now=now)


def a_record(n, band="6.5", module="Academic", **more):
    return record(n, overallBandScore=band, Module=module, **more)


def shown(database, actor, month=OCTOBER, now=NOW):
    with database.reading() as session:
        return picture(session, actor, month, now=now)


def test_a_month_adds_up_to_what_arrived_in_it(database, ann):
    dice, expected, n = random.Random(7), Counter(), 0
    for day in range(-20, 50, 3):
        rows = []
        for _ in range(dice.randrange(12)):
            n += 1
            rows.append(a_record(n, dice.choice(["6", "6.5", "7"]), "Academic"))
        if rows:
            arrive(database, BEGIN + day * DAY, *rows)
            expected[Month.at(BEGIN + day * DAY, "UTC")] += len(rows)
    arrive(database, BEGIN + DAY, a_record(9000), organisation="Leeds")

    found = shown(database, ann)

    assert found.results == expected[OCTOBER]
    assert found.before == expected[OCTOBER.before]
    assert sum(week.results for week in found.weeks) == found.results
    assert sum(count for _, count in found.modules) == found.results
    assert sum(one.count for one in found.bands) == found.results


def test_a_result_is_in_the_week_and_the_month_of_the_readers_time_zone(database, ann):
    night = datetime(2026, 10, 4, 23, 30, tzinfo=UTC)  # Monday already in Berlin
    arrive(database, night, a_record(1))
    arrive(database, datetime(2026, 10, 31, 23, 30, tzinfo=UTC), a_record(2))
    in_berlin = replace(ann, time_zone="Europe/Berlin")

    assert [week.results for week in shown(database, ann).weeks] == [1, 0, 0, 0, 1]
    assert [week.results for week in shown(database, in_berlin).weeks] == [0, 1, 0, 0, 0]
    assert shown(database, in_berlin, OCTOBER.after).results == 1


def test_a_count_that_would_be_a_person_is_not_told(database, ann):
    arrive(database, BEGIN, *(a_record(n) for n in range(FEWEST - 1)))
    few = shown(database, ann)
    assert (few.results, few.modules, few.bands) == (FEWEST - 1, None, ())

    arrive(database, BEGIN, *(a_record(100 + n, "7") for n in range(20)))
    arrive(database, BEGIN, a_record(200, "8.5", "General Training"))
    more = shown(database, ann)
    assert more.modules is None, "one general training result is somebody"
    assert all(one.count >= FEWEST for one in more.bands if one.count)


def test_results_that_are_held_back_are_counted_when_they_are_released(database, ann):
    held = a_record(1, lastModifiedDate="2026-10-01T00:00:00") | {"status": "PENDING"}
    arrive(database, BEGIN, held)
    assert shown(database, ann).results == 0

    arrive(
        database,
        BEGIN + 35 * DAY,
        held | {"status": "RELEASED", "lastModifiedDate": "2026-11-05T00:00:00"},
    )
    assert shown(database, ann).results == 0
    assert shown(database, ann, OCTOBER.after).results == 1


def test_corrections_are_counted_and_a_file_that_brings_nothing_is_no_arrival(database, ann):
    arrive(database, BEGIN + DAY, a_record(1), a_record(2))
    arrive(database, BEGIN + 4 * DAY, a_record(1))
    arrive(database, BEGIN + 9 * DAY, a_record(1, "7"))

    found = shown(database, ann)

    assert (found.results, found.corrected) == (2, 1)
    assert (found.freshness.arrivals, found.freshness.quiet_days) == (2, 22)
    assert found.freshness.last_at == BEGIN + 9 * DAY


def test_look_ups_are_counted_by_what_they_found(database, ann):
    with database.transaction() as session:
        for at, outcome, compared in (
            (BEGIN, "match", "overall:match,name:mismatch"),
            (BEGIN, "match", "overall:match"),
            (BEGIN + DAY, "no_match", ""),
            (BEGIN + DAY, "unavailable", ""),
            (BEGIN - DAY, "no_match", ""),
            (OCTOBER.after.begins("UTC"), "no_match", ""),
        ):
            session.add(
                Verification(
                    organisation_id=ann.organisation_id,
                    user_id=ann.user_id,
                    surface="console",
                    looked_up_at=at,
                    trf_number="25GB000595ZOLJS03G",
                    outcome=outcome,
                    compared=compared,
                )
            )

    found = shown(database, ann).look_ups

    assert (found.match, found.no_match, found.unavailable) == (2, 1, 1)
    assert (found.total, found.differing) == (4, 1)


def test_the_results_api_is_told_of_to_those_who_get_results_from_it(database, ann):
    with database.transaction() as session:
        session.add(Feed(name="results-api", read_upto=NOW, failing_since=NOW))
    arrive(database, BEGIN, a_record(1))
    assert shown(database, ann).freshness.read_upto is None

    with database.transaction() as session:
        exeter = session.get_one(Organisation, ann.organisation_id)
        load(session, exeter, as_csv(a_record(2)), source="results-api", now=BEGIN)
    found = shown(database, ann).freshness
    assert (found.read_upto, found.failing_since) == (NOW, NOW)


def test_a_month_that_is_not_over_says_so_and_one_that_has_not_begun_is_refused(database, ann):
    assert shown(database, ann, None).upto == NOW
    assert shown(database, ann, None).month == Month(2026, 11)
    assert shown(database, ann).upto is None
    with pytest.raises(Refusal) as refused:
        shown(database, ann, Month(2026, 12))
    assert refused.value.code == "month_not_begun"


def test_only_administrators_see_it(database, ann):
    with database.transaction() as session:
        exeter = session.get_one(Organisation, ann.organisation_id)
        bob = actor_by_id(session, a_user(session, exeter, "bob@uni.example").id, Surface.CONSOLE)
    with pytest.raises(Refusal) as refused:
        shown(database, bob)
    assert refused.value.code == "administrators_only"


def test_its_document_holds_numbers_and_no_person(database, ann):
    arrive(database, BEGIN, *(a_record(n) for n in range(9)))

    document = shown(database, ann).document()

    assert document["month"]["month"] == "2026-10"
    assert document["month"]["modules"] == {Module.ACADEMIC.written_out: 9, "General Training": 0}
    assert document["month"]["bands"] == [{"lowest": "6.5", "highest": "6.5", "results": 9}]
    assert "Zola" not in str(document)
