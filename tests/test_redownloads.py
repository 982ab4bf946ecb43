from datetime import timedelta

import pytest
from sqlmodel import select

from core.delivery import download
from core.redownloads import MOST_NAMED, redownload
from core.refusals import Refusal
from core.tables import AuditEvent, Download, Result
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.intake.shapes import as_csv, load, number, record


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def organisation(session):
    return an_organisation(session)


@pytest.fixture
def actor(session, organisation):
    return an_actor(session, a_user(session, organisation))


def again(session, actor, download_id):
    return redownload(session, actor, download_id, now=NOW).warnings


def test_a_change_in_the_very_instant_of_the_download_is_told(session, organisation, actor):
    load(session, organisation, as_csv(record(1), record(2)))
    load(session, organisation, as_csv(record(1, town="Bath")))
    taken = download(session, actor, now=NOW).contents.download_id
    assert again(session, actor, taken) == ()
    load(session, organisation, as_csv(record(2, town="Bath")))

    assert again(session, actor, taken) == (
        f"1 result has changed since this download: {number(2)}.",
    )


def test_a_change_told_with_a_time_after_the_download_is_told_whatever_its_id(
    session, organisation, actor
):
    """On PostgreSQL a load may take its ids before the download and be there after it."""
    load(session, organisation, as_csv(record(1)))
    taken = download(session, actor, now=NOW).contents.download_id
    load(session, organisation, as_csv(record(1, town="Bath")), now=NOW + timedelta(minutes=1))
    session.get_one(Download, taken).last_change_id = 1_000_000
    session.flush()

    assert len(again(session, actor, taken)) == 1


def test_a_mass_correction_is_counted_and_its_first_results_named(session, organisation, actor):
    many = range(1, MOST_NAMED + 6)
    load(session, organisation, as_csv(*(record(n) for n in many)))
    taken = download(session, actor, now=NOW).contents.download_id
    load(session, organisation, as_csv(*(record(n, overallBandScore="7") for n in many)))
    for result in session.exec(select(Result)):
        result.status = "WITHHELD"
    session.flush()

    changed, withheld = again(session, actor, taken)

    named = ", ".join(number(n) for n in range(1, MOST_NAMED + 1))
    assert changed == (f"25 results have changed since this download: {named} and 5 more.")
    assert withheld.startswith(
        f"25 results are no longer RELEASED, so their scores are left out: {number(1)} (WITHHELD), "
    )
    assert withheld.endswith(" and 5 more.")


def test_only_the_results_of_the_download_are_looked_at(session, organisation, actor):
    load(session, organisation, as_csv(record(1)))
    first = download(session, actor, now=NOW).contents.download_id
    load(session, organisation, as_csv(record(2)))
    second = download(session, actor, now=NOW).contents.download_id
    load(session, organisation, as_csv(record(2, town="Bath")))

    assert again(session, actor, first) == ()
    assert len(again(session, actor, second)) == 1


def test_it_is_audited_and_makes_no_line_in_the_history(session, organisation, actor):
    load(session, organisation, as_csv(record(1)))
    taken = download(session, actor, now=NOW).contents.download_id
    redownload(session, actor, taken, now=NOW)

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "download:repeated")).one()
    assert (event.subject, event.user_name) == (str(taken), "Ann Bell")
    assert len(session.exec(select(Download)).all()) == 1


def test_the_last_download_is_ones_own_before_a_colleagues(session, organisation, actor):
    bo = an_actor(session, a_user(session, organisation, "bo@uni.example"))
    with pytest.raises(Refusal, match="Nothing has been downloaded yet"):
        redownload(session, actor, None, now=NOW)
    load(session, organisation, as_csv(record(1)))
    mine = download(session, actor, now=NOW).contents.download_id
    load(session, organisation, as_csv(record(2)))
    theirs = download(session, bo, now=NOW).contents.download_id

    def last(reader):
        return redownload(session, reader, None, now=NOW).contents.download_id

    cat = an_actor(session, a_user(session, organisation, "cat@uni.example"))
    assert (last(actor), last(bo), last(cat)) == (mine, theirs, theirs)
