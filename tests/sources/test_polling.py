import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from core.refusals import Kind, Refusal
from core.sources import rejected
from core.sources.answers import Answered
from core.sources.failures import TooManyRecords
from core.sources.polling import FIRST_REACH, backfill, poll, tick
from core.sources.windows import windows
from core.tables import Arrival, AuditEvent, Change, Delivery, Feed, Photo, RejectedRecord, Result
from tests.builders import NOW, an_organisation
from tests.intake.shapes import load
from tests.servers.ielts_api import a_record

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PNG = "iVBORw0KGgpwaWN0dXJl"


def modified(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def stored(database):
    with database.reading() as session:
        rows = session.exec(select(Result).order_by(col(Result.trf_number))).all()
        return {int(one.candidate_number): one.overall for one in rows}


def kept(database):
    with database.reading() as session:
        return session.exec(select(RejectedRecord).order_by(col(RejectedRecord.trf_number))).all()


def counted(database, table):
    with database.reading() as session:
        return len(session.exec(select(table)).all())


def cursor(database):
    with database.reading() as session:
        return session.exec(select(Feed)).one()


def test_what_was_modified_lately_is_delivered_and_the_cursor_stands_behind_it(
    database, api, settings, exeter
):
    api.put(
        a_record(1, photo={"data": PNG}, photoMediaType="PNG"),
        a_record(2, lastModifiedDate=modified(NOW - 2 * FIRST_REACH)),
    )

    assert tick(database, settings, NOW) == 1

    assert stored(database) == {1: 16}
    assert counted(database, Delivery) == counted(database, Photo) == 1
    row = cursor(database)
    assert (row.read_upto, row.polled_at, row.brought_at) == (NOW, NOW, NOW)
    with database.reading() as session:
        result = session.exec(select(Result)).one()
    assert (result.test_date, result.date_of_birth) == ("2025-07-08", "1982-05-02")
    assert (result.module, result.listening) == ("A", 17)


def test_a_record_that_appears_late_under_an_earlier_time_is_found_by_the_overlap(
    database, api, settings, exeter
):
    tick(database, settings, NOW)
    api.put(a_record(1, lastModifiedDate=modified(NOW - 5 * MINUTE)))

    assert tick(database, settings, NOW + MINUTE) == 0, "it is polled every five minutes"
    assert tick(database, settings, NOW + 5 * MINUTE) == 1
    assert stored(database) == {1: 16}


def test_what_is_read_again_makes_no_arrival_and_no_news(database, api, settings, exeter):
    api.put(a_record(1, lastModifiedDate=modified(NOW)))
    tick(database, settings, NOW)
    for times in range(1, 4):
        assert tick(database, settings, NOW + 5 * times * MINUTE) == 0

    assert counted(database, Arrival) == 1
    assert cursor(database).read_upto == NOW + 15 * MINUTE
    assert cursor(database).brought_at == NOW


def test_a_changed_score_and_a_status_that_is_not_released_are_changes(
    database, api, settings, exeter
):
    api.put(a_record(1))
    tick(database, settings, NOW)
    later = NOW + HOUR
    api.put(
        a_record(1, overallBandScore="8.50", status="WITHDRAWN", lastModifiedDate=modified(later))
    )
    tick(database, settings, later)

    with database.reading() as session:
        found = session.exec(select(Change)).all()
        assert {(one.field, one.old, one.new) for one in found} == {
            ("overallBandScore", "8", "8.5"),
            ("status", "RELEASED", "WITHDRAWN"),
        }


def test_a_bad_record_is_counted_and_the_others_are_taken(database, api, settings, exeter):
    api.put(a_record(1), a_record(2, overallBandScore="12"), a_record(3, dateOfBirth="20991231"))

    polled = poll(database, settings, NOW)

    assert (polled.new, polled.rejected) == (1, 2)
    assert cursor(database).read_upto == NOW


def test_bad_records_are_kept_until_they_are_mended_or_taken_away(
    database, api, settings, exeter, tmp_path
):
    api.put(a_record(2, overallBandScore="12"), a_record(3, dateOfBirth="20991231"))
    assert poll(database, settings, NOW).rejected == 2
    poll(database, settings, NOW + MINUTE)
    assert [one.record["overallBandScore"] for one in kept(database)] == ["12", "8.00"]
    assert counted(database, Arrival) == 0

    later = NOW + HOUR
    api.put(a_record(2, lastModifiedDate=modified(later)))
    assert tick(database, settings, later) == 1
    (bad,) = kept(database)
    assert "dateOfBirth" in bad.problem

    path = tmp_path / "bad.json"
    with database.transaction() as session:
        assert rejected.take_away(session, path) == 1
        assert rejected.take_away(session, path) == 0
    (record,) = json.loads(path.read_text())["results"]
    assert record["problem"] == bad.problem
    mended = path.read_bytes().replace(b"20991231", b"19990101")
    with database.transaction() as session:
        told = load(session, exeter, mended)
    assert (told.new, told.rejected) == (1, 0)


@pytest.mark.parametrize("fault", [500, 401, "cut", "shapeless", "hang up"])
def test_a_poll_that_fails_moves_nothing_and_the_next_one_loses_nothing(
    database, api, settings, exeter, fault, monkeypatch
):
    monkeypatch.setattr("core.sources.client.PAUSES", (0.0,))
    api.put(a_record(1))
    api.always = fault
    assert tick(database, settings, NOW) == 0
    row = cursor(database)
    assert (row.read_upto, row.failing_since, row.brought_at) == (None, NOW, NOW)
    assert row.error

    api.always = None
    assert tick(database, settings, NOW + HOUR) == 1
    row = cursor(database)
    assert (row.failing_since, row.error) == (None, "")


def test_after_days_off_everything_is_caught_up_in_windows(database, api, settings, exeter):
    tick(database, settings, NOW)
    api.put(*(a_record(n, lastModifiedDate=modified(NOW + n * 5 * HOUR)) for n in range(1, 30)))

    assert tick(database, settings, NOW + timedelta(days=7)) == 29


def test_a_mass_correction_is_read_in_halves(database, api, settings, exeter):
    api.most = 10
    api.put(
        *(a_record(n, lastModifiedDate=modified(NOW - n * MINUTE)) for n in range(1, 60)),
        *(a_record(n, lastModifiedDate=modified(NOW - 2 * HOUR)) for n in range(60, 90)),
    )

    assert tick(database, settings, NOW) == 89
    assert any("page" in one for one in api.requests)


def test_a_back_fill_reaches_back_and_the_cursor_stays_where_it_is(database, api, settings, exeter):
    api.put(a_record(1, lastModifiedDate=modified(NOW - timedelta(days=20))))
    tick(database, settings, NOW)
    heard = []

    polled = backfill(
        database, settings, NOW, since=NOW - timedelta(days=30), progress=heard.append
    )

    assert (polled.new, polled.windows) == (1, 30)
    assert heard[-1] == NOW
    assert cursor(database).read_upto == NOW


def test_without_an_api_nothing_is_polled_and_an_operator_is_told(database, configured, exeter):
    for settings in (configured(ielts_api_url=None), configured(ielts_api_version="2")):
        assert tick(database, settings, NOW) == 0
        with pytest.raises(Refusal, match="RESULTS_IELTS_API_URL"):
            backfill(database, settings, NOW, since=None)


def test_an_operator_is_told_why_the_api_cannot_be_read(database, api, settings, exeter):
    api.always = 401
    with pytest.raises(Refusal, match="goes on from there") as refused:
        backfill(database, settings, NOW, since=None)
    assert refused.value.kind is Kind.UNAVAILABLE
    assert api.requests[-1]["transaction"] in refused.value.message


def test_whose_the_results_are_must_be_clear(database, api, configured, exeter):
    with database.transaction() as session:
        an_organisation(session, "Leeds")
    api.put(a_record(1))
    with pytest.raises(Refusal, match="RESULTS_IELTS_API_ORGANISATION"):
        tick(database, configured(), NOW)

    tick(database, configured(ielts_api_organisation="leeds"), NOW)
    with database.reading() as session:
        (delivery,) = session.exec(select(Delivery))
        trail = session.exec(select(AuditEvent.surface)).all()
    assert delivery.organisation_id != exeter.id
    assert trail == ["scheduler"]


class Records:
    """A source with so many records at each second, which refuses more than `most`."""

    def __init__(self, at, most):
        self.at, self.most = at, most

    def modified(self, start, end, page=None):
        found = [
            {"trfNumber": f"T{n}", "lastModifiedDate": second.isoformat()}
            for n, second in enumerate(self.at)
            if start <= second <= end
        ]
        if page is not None:
            rest = found[(page - 1) * self.most :]
            return Answered(tuple(rest[: self.most]), len(rest) > self.most, "t")
        if len(found) > self.most:
            raise TooManyRecords("too many")
        return Answered(tuple(found), more=False, transaction_id="t")


@given(
    seconds=st.lists(st.integers(0, 400), max_size=40),
    most=st.integers(1, 6),
    span=st.integers(0, 400),
)
def test_windows_cover_a_range_whole_whatever_one_answer_holds(seconds, most, span):
    at = [NOW + timedelta(seconds=one) for one in seconds]
    end = NOW + timedelta(seconds=span)

    found = list(windows(Records(at, most), NOW, end))

    seen = {record["trfNumber"] for window in found for record in window.records}
    assert seen == {f"T{n}" for n, one in enumerate(at) if one <= end and span}
    assert [one.start for one in found[1:]] == [one.end for one in found[:-1]]


def test_pages_that_shift_while_they_are_read_are_read_again(database, api, settings, exeter):
    api.most = 1
    api.put(*(a_record(n, lastModifiedDate=modified(NOW - HOUR)) for n in range(1, 1002)))
    moved = []

    def shift(query):
        if query.get("page") == "2" and not moved:
            moved.append(api.records.pop(a_record(1)["trfNumber"]))

    api.always = shift
    assert tick(database, settings, NOW) == 1001
