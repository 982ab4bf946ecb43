import base64
import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports import columns
from core.exports.columns import Contents
from core.exports.write import write
from core.fields import BY_HEADING, CATALOGUE, headings
from core.formulas import restored
from core.layouts import STANDARD, Layout
from core.tables import Delivery, Download, Organisation, Photo
from core.terms import DateFormat, Format
from tests.builders import NOW, a_result, an_organisation
from tests.exports.layouts import layouts, texts
from tests.intake.shapes import load

DAY = date(2026, 11, 25)
EVERYTHING = Layout("Ours", Format.CSV, DateFormat.ISO, CATALOGUE)
PICTURE = b"\xff\xd8\xff picture \x00"

results = st.fixed_dictionaries(
    {
        "family_name": texts,
        "first_name": texts,
        "address_line_1": texts,
        "address_line_3": texts,
        "telephone": texts,
        "candidate_email": texts,
        "test_date": st.dates(date(2000, 1, 1), date(2030, 1, 1)).map(date.isoformat),
        "date_of_birth": st.just("") | st.dates(date(1930, 1, 1)).map(date.isoformat),
        "module": st.sampled_from(["A", "G", ""]),
        "gender": st.sampled_from(["U", "M", "F", ""]),
        "listening": st.none() | st.integers(0, 18),
        "overall": st.integers(0, 18),
        "status": st.sampled_from(["RELEASED", "RELEASED", "WITHHELD"]),
    }
)


@pytest.fixture
def organisation(database):
    with database.transaction() as session:
        return an_organisation(session).id


def downloaded(session, organisation, *rows):
    """The id of a download of results with these columns, and the results."""
    row = Download(
        organisation_id=organisation,
        user_name="Ann Bell",
        downloaded_at=NOW,
        records=len(rows),
        format="csv",
        template_name="Ours",
        date_format="yyyymmdd",
        fields="trfNumber",
    )
    session.add(row)
    session.flush()
    made = [a_result(session, **{"trf_number": f"25GB{n:06}"} | one) for n, one in enumerate(rows)]
    for result in made:
        session.add(
            Delivery(
                organisation_id=organisation,
                result_id=result.id,
                download_id=row.id,
            )
        )
    session.flush()
    return row.id, made


def file_of(session, download_id, layout, **options):
    stream = io.BytesIO()
    written = write(session, Contents(download_id, layout, DAY), stream, **options)
    return written, stream.getvalue()


def read(layout, content):
    """The headings and the rows that a standard reader finds."""
    if layout.format is Format.CSV:
        text = content.decode("utf-8-sig")
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        return header, [
            list(map(restored, row)) if layout.spreadsheet_safe else row for row in rows
        ]
    if layout.format is Format.JSON:
        records = [list(one.items()) for one in json.loads(content)["results"]]
    else:
        records = [[(v.tag, v.text or "") for v in one] for one in ET.fromstring(content)]
    (header,) = {tuple(name for name, _ in one) for one in records}
    return list(header), [[value for _, value in one] for one in records]


def said(result, date_format):
    """What a record is to say, by heading, without what the exporters use to say it."""

    def day(iso):
        return datetime.fromisoformat(iso).strftime(date_format.strftime) if iso else ""

    def band(value):
        valid = value is not None and result.status == "RELEASED"
        return f"{value / 2:g}" if valid else ""

    lines = [getattr(result, f"address_line_{n}") for n in range(1, 5)]
    return {
        field.heading: getattr(result, field.attribute) for field in CATALOGUE if field.attribute
    } | {
        "candidateId": "",
        "dateOfBirth": day(result.date_of_birth),
        "testDate": day(result.test_date),
        "downloadDate": day("2026-11-25"),
        "Module": {"A": "Academic", "G": "General Training", "": ""}[result.module],
        "postalAddress": " ".join(line for line in lines if line),
        "photo_data": "",
        "photoMediaType": "",
        "listeningScore": band(result.listening),
        "readingScore": band(result.reading),
        "writingScore": band(result.writing),
        "speakingScore": band(result.speaking),
        "overallBandScore": band(result.overall),
    }


@given(layout=layouts(), rows=st.lists(results, min_size=1, max_size=4))
def test_any_file_is_read_back_to_the_same_values_in_the_same_order(
    database, organisation, layout, rows
):
    with database.transaction() as session:
        download_id, made = downloaded(session, organisation, *rows)
        written, content = file_of(session, download_id, layout)
        expected = [said(result, layout.date_format) for result in made]
        session.rollback()

    assert written == len(rows)
    names = headings(layout.fields)
    assert read(layout, content) == (
        list(names),
        [[record[name] for name in names] for record in expected],
    )


@given(rows=st.lists(results, min_size=1, max_size=3))
def test_all_three_formats_of_a_download_carry_the_same_values(database, organisation, rows):
    with database.transaction() as session:
        download_id, _ = downloaded(session, organisation, *rows)
        as_csv, as_xml, as_json = (
            read(layout, file_of(session, download_id, layout)[1])
            for layout in (replace(EVERYTHING, format=one) for one in Format)
        )
        session.rollback()

    assert as_csv == as_xml == as_json


names = texts.filter(str.strip)
loadable = st.fixed_dictionaries(
    {"family_name": names, "first_name": names, "address_line_1": texts, "telephone": texts}
)


@given(format=st.sampled_from(Format), rows=st.lists(loadable, min_size=1, max_size=3))
def test_a_file_of_ours_is_loaded_again_without_a_change(database, organisation, format, rows):
    layout = replace(STANDARD, format=format)
    with database.transaction() as session:
        download_id, _ = downloaded(session, organisation, *rows)
        _, content = file_of(session, download_id, layout)
        told = load(session, session.get_one(Organisation, organisation), content)
        session.rollback()

    assert (told.unchanged, told.new, told.changed, told.rejected) == (len(rows), 0, 0, 0)


def test_records_keep_their_order_over_many_chunks(database, organisation, monkeypatch):
    monkeypatch.setattr(columns, "CHUNK", 3)
    heard = []
    with database.transaction() as session:
        download_id, made = downloaded(session, organisation, *[{}] * 10)
        for one in Format:
            layout = replace(EVERYTHING, format=one, fields=(BY_HEADING["trfNumber"],))
            written, content = file_of(session, download_id, layout, progress=heard.append)

            assert written == 10
            assert read(layout, content)[1] == [[result.trf_number] for result in made]
    assert heard == [3, 6, 9, 10] * 3


def test_only_the_results_of_the_download_are_in_its_file(database, organisation):
    layout = replace(EVERYTHING, fields=(BY_HEADING["trfNumber"],))
    with database.transaction() as session:
        first, _ = downloaded(session, organisation, {"trf_number": "A1"})
        second, _ = downloaded(session, organisation, {"trf_number": "B1"}, {"trf_number": "B2"})

        assert file_of(session, first, layout)[1] == b"trfNumber\r\nA1\r\n"
        assert file_of(session, second, layout)[1] == b"trfNumber\r\nB1\r\nB2\r\n"


def test_photos_are_two_columns_and_blank_where_there_is_none(database, organisation, monkeypatch):
    monkeypatch.setattr(columns, "CHUNK_WITH_PHOTOS", 2)
    with database.transaction() as session:
        download_id, made = downloaded(session, organisation, {}, {}, {})
        session.add(Photo(result_id=made[1].id, media_type="JPEG", data=PICTURE))
        session.flush()
        for one in Format:
            layout = replace(
                EVERYTHING, format=one, fields=(BY_HEADING["photo"], BY_HEADING["trfNumber"])
            )
            header, rows = read(layout, file_of(session, download_id, layout)[1])

            assert header == ["photo_data", "photoMediaType", "trfNumber"]
            assert [row[1] for row in rows] == ["", "JPEG", ""]
            assert [base64.b64decode(row[0]) for row in rows] == [b"", PICTURE, b""]


def test_a_download_whose_results_are_gone_is_still_a_file(database, organisation):
    with database.transaction() as session:
        download_id, _ = downloaded(session, organisation)
        assert file_of(session, download_id, replace(EVERYTHING, format=Format.JSON)) == (
            0,
            b'{"results": [\n]}\n',
        )
        written, content = file_of(session, download_id, replace(EVERYTHING, format=Format.XML))
        assert (written, list(ET.fromstring(content))) == (0, [])
        _, content = file_of(session, download_id, EVERYTHING)
        assert content.decode() == ",".join(headings(CATALOGUE)) + "\r\n"
