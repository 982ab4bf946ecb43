import io
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlmodel import select

from core import templates
from core.delivery import DownloadReady, ResultsSummary, download, results
from core.exports.write import write
from core.fields import find_field
from core.history import SHOWN
from core.redownloads import redownload
from core.refusals import Kind, Refusal
from core.retention import purge
from core.settings import Settings
from core.tables import AuditEvent, Delivery, Download, Organisation, Preference, Result
from core.terms import DateFormat, Format, Service
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation, deliver
from tests.intake.shapes import as_csv, load, record

LATER = NOW + timedelta(days=1)
FIELDS = tuple(map(find_field, ["trfNumber", "testDate", "overallBandScore", "town"]))


@pytest.fixture
def exeter(database):
    with database.transaction() as session:
        organisation = an_organisation(session)
        a_user(session, organisation, email="bob@uni.example", first_name="Bob")
        return an_actor(session, a_user(session, organisation))


@pytest.fixture
def leeds(database):
    with database.transaction() as session:
        organisation = an_organisation(session, "Leeds")
        return an_actor(session, a_user(session, organisation, email="eve@leeds.example"))


def arrive(database, actor, *numbers, **columns):
    with database.transaction() as session:
        for number in numbers:
            session.add(
                Delivery(
                    organisation_id=actor.organisation_id,
                    result_id=a_result(session, number, **columns).id,
                )
            )


def organisation_of(session, actor):
    return session.get_one(Organisation, actor.organisation_id)


def take(database, actor, *, now=NOW, **options):
    with database.transaction() as session:
        return download(session, actor, now=now, **options)


def take_again(database, actor, download_id, **options):
    with database.transaction() as session:
        return redownload(session, actor, download_id, now=LATER, **options)


def file_of(database, ready):
    stream = io.BytesIO()
    with database.reading() as session:
        assert write(session, ready.contents, stream) == ready.records
    return stream.getvalue()


def make(database, actor, name="Ours", **options):
    given = {"format": Format.CSV, "dates": DateFormat.ISO, "fields": FIELDS, "now": NOW}
    with database.transaction() as session:
        return templates.create(session, actor, name, **given | options)


def test_a_download_takes_every_new_result_once(database, exeter):
    arrive(database, exeter, "A1", "A2", "A3")
    ready = take(database, exeter)

    assert isinstance(ready, DownloadReady)
    assert (ready.records, ready.again, ready.warnings) == (3, False, ())
    content = file_of(database, ready).decode()
    assert [number in content for number in ("A1", "A2", "A3")] == [True] * 3

    arrive(database, exeter, "A4")
    second = take(database, exeter)
    assert second.records == 1
    assert "A1" not in file_of(database, second).decode()


def test_a_download_is_recorded_with_user_time_and_number(database, exeter):
    arrive(database, exeter, "A1", "A2")
    take(database, exeter)

    with database.reading() as session:
        row = session.exec(select(Download)).one()
        assert (row.user_name, row.downloaded_at, row.records) == ("Ann Bell", NOW, 2)
        assert session.exec(select(AuditEvent.action)).all() == ["download:created"]


def test_what_is_new_to_one_organisation_is_none_of_anothers_business(database, exeter, leeds):
    arrive(database, exeter, "A1")
    arrive(database, leeds, "B1", "B2")

    assert take(database, exeter).records == 1
    with database.reading() as session:
        assert results(session, leeds).new == 2
        assert results(session, exeter).new == 0


def test_two_users_at_once_share_the_new_results_without_overlap(database, exeter):
    arrive(database, exeter, *(f"A{n}" for n in range(200)))
    barrier, answers = Barrier(2), []

    def one():
        barrier.wait()
        answers.append(take(database, exeter))

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(answer).__name__ for answer in answers) == [
        "DownloadReady",
        "ResultsSummary",
    ]
    with database.reading() as session:
        (only,) = session.exec(select(Download.id)).all()
        assert set(session.exec(select(Delivery.download_id)).all()) == {only}


def test_a_load_under_way_is_not_waited_for_by_a_download_on_postgresql(database, exeter):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    arrive(database, exeter, "A1")
    with database.transaction() as loading:
        load(loading, organisation_of(loading, exeter), as_csv(record(1), record(2)))

        assert take(database, exeter).records == 1
    assert take(database, exeter).records == 2


def test_nothing_new_says_so_and_shows_the_last_five(database, exeter):
    for n in range(7):
        arrive(database, exeter, f"A{n}")
        take(database, exeter, now=NOW + timedelta(hours=n))

    summary = take(database, exeter)

    assert isinstance(summary, ResultsSummary)
    assert summary.notes == ("There are no new results to download.",)
    times = [line.downloaded_at for line in summary.downloads]
    assert len(times) == SHOWN
    assert times == sorted(times, reverse=True)
    with database.reading() as session:
        assert len(session.exec(select(Download)).all()) == 7


def test_a_result_that_is_not_released_is_held_back_until_it_is(database, exeter):
    arrive(database, exeter, "A1")
    arrive(database, exeter, "A2", status="UNDER REVIEW")
    ready = take(database, exeter)

    assert ready.records == 1
    (warning,) = ready.warnings
    assert "1 result is held back" in warning
    assert "UNDER REVIEW" in warning
    with database.transaction() as session:
        assert (results(session, exeter).new, results(session, exeter).held) == (0, 1)
        session.exec(select(Result).where(Result.trf_number == "A2")).one().status = "RELEASED"

    assert take(database, exeter).records == 1


def test_format_and_template_can_be_overridden(database, exeter):
    make(database, exeter, "Short")
    arrive(database, exeter, "A1")
    ready = take(database, exeter, format=Format.JSON, template="short")

    assert (ready.contents.layout.name, ready.contents.layout.format) == ("Short", Format.JSON)
    assert ready.filename == f"ielts-results-{ready.contents.download_id}-20261125.json"
    assert ready.media_type == "application/json"
    assert file_of(database, ready).startswith(b'{"results": [\n{"trfNumber":"A1"')


def test_a_template_that_there_is_not_leaves_the_results_new(database, exeter):
    arrive(database, exeter, "A1")
    with pytest.raises(Refusal) as refused:
        take(database, exeter, template="nothing like it")

    assert refused.value.kind is Kind.MISSING
    assert take(database, exeter).records == 1


def test_the_users_own_template_goes_before_the_default_one_and_that_before_standard(
    database, exeter
):
    def used():
        arrive(database, exeter, f"N{len(names)}")
        return take(database, exeter).contents.layout.name

    names = []
    names.append(used())
    make(database, exeter, "House", default=True)
    names.append(used())
    make(database, exeter, "Mine")
    with database.transaction() as session:
        preference = session.get_one(Preference, exeter.user_id)
        preference.template_id = templates.template_id(session, exeter, "Mine")
    names.append(used())

    assert names == ["Standard", "House", "Mine"]


@pytest.mark.parametrize("format", Format)
def test_a_download_can_be_had_again_byte_for_byte(database, exeter, format):
    make(database, exeter, bom=True, fields=(*FIELDS, find_field("downloadDate")))
    arrive(database, exeter, "A2", "A1", "A3", town="=Exeter")
    first = take(database, exeter, template="Ours", format=format)
    arrive(database, exeter, "A4")
    again = take_again(database, exeter, first.contents.download_id)

    assert (again.records, again.again, again.warnings) == (3, True, ())
    assert file_of(database, again) == file_of(database, first)
    assert take(database, exeter).records == 1


def test_a_template_edited_or_deleted_later_changes_no_earlier_download(database, exeter):
    make(database, exeter)
    arrive(database, exeter, "A1")
    first = take(database, exeter, template="Ours")
    before = file_of(database, first)

    with database.transaction() as session:
        templates.edit(
            session, exeter, "Ours", format=Format.XML, dates=DateFormat.COMPACT, now=LATER
        )
    assert file_of(database, take_again(database, exeter, first.contents.download_id)) == before
    with database.transaction() as session:
        templates.delete(session, exeter, "Ours", now=LATER)
    assert file_of(database, take_again(database, exeter, first.contents.download_id)) == before


def test_a_redownload_may_have_another_template_and_format(database, exeter):
    arrive(database, exeter, "A1")
    first = take(database, exeter)
    make(database, exeter, "Later")
    again = take_again(
        database, exeter, first.contents.download_id, template="Later", format=Format.XML
    )

    assert again.contents.layout == replace(
        again.contents.layout, name="Later", format=Format.XML, fields=FIELDS
    )
    assert again.contents.downloaded_on == date(2026, 11, 25)


def test_a_redownload_names_the_results_that_changed_since(database, exeter):
    with database.transaction() as session:
        organisation = organisation_of(session, exeter)
        load(session, organisation, as_csv(record(1), record(2)))
        load(session, organisation, as_csv(record(1, town="Bath")))
    first = take(database, exeter)
    assert take_again(database, exeter, first.contents.download_id).warnings == ()
    with database.transaction() as session:
        organisation = organisation_of(session, exeter)
        load(session, organisation, as_csv(record(2, overallBandScore="8.5")), now=LATER)

    again = take_again(database, exeter, first.contents.download_id)

    assert again.warnings == (
        f"1 result has changed since this download: {record(2)['trfNumber']}.",
    )
    assert "8.5" in file_of(database, again).decode()


def test_a_redownload_leaves_out_the_scores_of_a_result_no_longer_released(database, exeter):
    arrive(database, exeter, "A1", overall=13)
    first = take(database, exeter)
    assert ",6.5," in file_of(database, first).decode()
    with database.transaction() as session:
        session.exec(select(Result)).one().status = "WITHDRAWN"

    again = take_again(database, exeter, first.contents.download_id)

    assert any("A1 (WITHDRAWN)" in warning for warning in again.warnings)
    assert ",6.5," not in file_of(database, again).decode()


def test_a_redownload_counts_the_results_that_are_gone(database, exeter):
    arrive(database, exeter, "A1", "A2")
    first = take(database, exeter)
    with database.transaction() as session:
        old = session.exec(select(Result).where(Result.trf_number == "A1")).one()
        old.test_date = "1999-01-09"
        session.flush()
        purge(session, now=NOW, settings=Settings())

    again = take_again(database, exeter, first.contents.download_id)

    assert again.records == 1
    assert any("1 result of this download is past its time" in one for one in again.warnings)


def test_anothers_download_is_as_missing_as_none(database, exeter, leeds):
    arrive(database, exeter, "A1")
    theirs = take(database, exeter).contents.download_id
    for number in (theirs, 4711):
        with pytest.raises(Refusal) as refused:
            take_again(database, leeds, number)
        assert refused.value.kind is Kind.MISSING
        assert refused.value.message == f"There is no download {number}. `history` lists yours."


def test_an_account_for_verification_only_is_told_how_to_change_that(database):
    with database.transaction() as session:
        organisation = an_organisation(session, "York", Service.VERIFICATION)
        york = an_actor(session, a_user(session, organisation, email="yo@york.example"))
        deliver(session, organisation, a_result(session))
    for ask in (take, lambda database, actor: take_again(database, actor, 1)):
        with pytest.raises(Refusal, match="Verification only account to an E-Delivery") as refused:
            ask(database, york)
        assert refused.value.kind is Kind.FORBIDDEN
        assert "stakeholder@ieltsusa.org" in refused.value.message


def test_a_download_that_is_rolled_back_took_nothing(database, exeter):
    arrive(database, exeter, "A1")
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        download(session, exeter, now=NOW)
        raise ZeroDivisionError

    assert take(database, exeter).records == 1
