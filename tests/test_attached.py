"""Files as they go with a letter: whole, in parts that are whole files, or not at all."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import attached as module
from core.attached import attached, enclosed
from core.database import Database
from core.exports.columns import Arrivals, Contents
from core.layouts import STANDARD
from core.tables import Delivery, Photo
from core.terms import Format, Surface
from tests.builders import NOW, a_result, a_user, an_actor, an_organisation, deliver

SHORT = replace(
    STANDARD, fields=tuple(one for one in STANDARD.fields if one.heading in {"trfNumber", "town"})
)


@pytest.fixture
def download(sqlite_url):
    """A download of 60 results as contents in any format, with the session that reads it."""
    from core.delivery import download

    database = Database(sqlite_url)
    with database.transaction() as session:
        organisation = an_organisation(session)
        actor = an_actor(session, a_user(session, organisation), Surface.CONSOLE)
        for n in range(60):
            town = "x" * (n % 7) + 'é,"&<\n'
            result = a_result(session, f"25GB{n:06}ZOLJS03G", candidate_number=f"{n:06}", town=town)
            deliver(session, organisation, result)
        made = download(session, actor, now=NOW)
    with database.reading() as session:
        yield lambda kind, layout=SHORT: (
            session,
            replace(made.contents, layout=replace(layout, format=kind)),
        )
    database.close()


def numbers(file):
    data = file.data
    match file.media_type:
        case "text/csv":
            return [one["trfNumber"] for one in csv.DictReader(io.StringIO(data.decode()))]
        case "application/json":
            return [one["trfNumber"] for one in json.loads(data)["results"]]
        case _:
            return [one.findtext("trfNumber") for one in ET.fromstring(data)]


@given(format=st.sampled_from(Format), most=st.integers(250, 9000), grain=st.integers(1, 9))
def test_parts_are_whole_files_within_the_limit_and_together_the_whole(
    download, format, most, grain
):
    session, contents = download(format)
    whole = attached(session, contents)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "MOST_BYTES", most)
        patched.setattr(module, "MOST_PARTS", 100)
        patched.setattr(module, "GRAIN", grain)
        found = enclosed(session, contents)
        if found is None:
            assert grain > 1, "so many records together are too large"
            return
        files = [found.file, *(attached(session, one) for one in found.rest)]

    assert all(len(one.data) <= most for one in files)
    assert [n for one in files for n in numbers(one)] == numbers(whole)
    assert len({one.filename for one in files}) == found.parts
    assert found.rest == () or len(whole.data) > most


def test_names_of_parts_say_which_they_are(download, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 2000)
    monkeypatch.setattr(module, "GRAIN", 5)
    session, contents = download(Format.XML)

    found = enclosed(session, contents)

    n = found.parts
    assert n > 1
    names = [found.file.filename, *(attached(session, one).filename for one in found.rest)]
    assert names == [f"ielts-results-1-20261125-part-{k}-of-{n}.xml" for k in range(1, n + 1)]


def test_a_file_of_too_many_parts_is_none(download, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 150)
    monkeypatch.setattr(module, "GRAIN", 1)
    session, contents = download(Format.CSV)

    assert enclosed(session, contents) is None


def test_a_result_that_is_deleted_meanwhile_moves_no_other_into_another_part(download, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    monkeypatch.setattr(module, "GRAIN", 5)
    session, contents = download(Format.CSV)
    found = enclosed(session, contents)
    before = [numbers(attached(session, one)) for one in found.rest]
    gone = session.get_one(Delivery, (1, 1))
    session.delete(gone)
    session.flush()

    assert [numbers(attached(session, one)) for one in found.rest] == before


def test_photos_are_cut_one_by_one(download, monkeypatch):
    session, contents = download(Format.CSV, SHORT.with_photos())
    for n in range(1, 61):
        session.add(Photo(result_id=n, data=bytes(1000), media_type="image/jpeg"))
    session.flush()
    monkeypatch.setattr(module, "MOST_BYTES", 14_000)

    found = enclosed(session, contents)

    assert found.parts == 6
    assert numbers(found.file) == [f"25GB{n:06}ZOLJS03G" for n in range(10)]


def test_contents_are_restored_as_they_were_stored(download, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 2000)
    monkeypatch.setattr(module, "GRAIN", 5)
    session, contents = download(Format.JSON)
    arrived = Contents(None, SHORT, date(2026, 11, 25), Arrivals(1, 2, 3))

    for one in (contents, arrived, *enclosed(session, contents).rest):
        assert Contents.restored(json.loads(json.dumps(one.stored()))) == one
