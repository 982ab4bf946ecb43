import codecs
import random

import pytest

from core.refusals import Refusal
from core.terms import Format
from tests.intake.files import (
    RECORD,
    STORED,
    WRITERS,
    a_record,
    as_csv,
    as_json,
    as_xml,
    load,
    stored,
    values,
)

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("format", Format)
def test_every_format_is_read_in_every_encoding(database, format, encoding):
    if format is Format.JSON and encoding == "cp1252":
        pytest.skip("JSON is Unicode by its standard")
    record = a_record(familyName="Müller-Łódź" if encoding != "cp1252" else "Müller–Œuvre")

    told = load(database, WRITERS[format](record, encoding=encoding))

    assert told.new == 1
    assert values(stored(database)[0]) == STORED | {"family_name": record["familyName"]}


def test_utf_16_with_its_big_endian_mark_is_read(database):
    data = codecs.BOM_UTF16_BE + as_csv(RECORD).decode().encode("utf-16-be")

    assert load(database, data).new == 1


@pytest.mark.parametrize("format", Format)
def test_the_content_decides_whatever_the_name_says(database, format):
    assert load(database, WRITERS[format](RECORD), source="results.txt").new == 1


@pytest.mark.parametrize("change", [str, str.lower, str.upper, lambda name: f" {name} "])
def test_headings_may_come_in_any_order_and_case(database, change):
    names = list(RECORD)
    random.Random(3).shuffle(names)
    told = load(database, as_csv({change(name): RECORD[name] for name in names}))

    assert told.unknown_columns == []
    assert values(stored(database)[0]) == STORED


def test_the_titles_of_the_guide_are_headings_too(database):
    titles = {
        "Test Report Form (TRF) Number": "trfNumber",
        "Test Center Number": "centreNumber",
        "Candidate Number": "candidateNumber",
        "Test Date": "testDate",
        "Module": "Module",
        "Family Name": "familyName",
        "First Name": "firstName",
        "Date of Birth": "dateOfBirth",
        "Gender": "gender",
        "Listening Score": "listeningScore",
        "Reading Score": "readingScore",
        "Writing Score": "writingScore",
        "Speaking Score": "speakingScore",
        "Overall Band Score": "overallBandScore",
        "Telephone": "Telephone",
        "Address Line 1": "addressLine1",
        "Address Line 2": "addressLine2",
        "Town": "town",
        "Post Code": "postcode",
        "Country": "country",
        "Country Code": "countryCode",
        "Region": "region",
        "Candidate Email": "candidateEmail",
    }
    told = load(database, as_csv({title: RECORD[name] for title, name in titles.items()}))

    assert told.unknown_columns == []
    assert values(stored(database)[0]) == STORED


def an_api_record():
    return {
        "roName": "University of Exeter",
        "roId": "12345",
        "candidateId": "AB12345",
        "idType": "P",
        "centreNumber": "GBS03",
        "candidateNumber": "000595",
        "testDate": "20250718",
        "module": "General Training",
        "familyName": "ZOLA",
        "firstName": "JANE",
        "dateOfBirth": "19820502",
        "gender": "F",
        "listeningScore": "8.50",
        "readingScore": "8.00",
        "writingScore": "7.50",
        "speakingScore": "7.50",
        "overallBandScore": "8.00",
        "trfNumber": "25GB000595ZOLJS03G",
        "telephone": "+44 1392 661000",
        "postalAddress": "1 Northcote House Third Floor, West",
        "addressLine1": "1 Northcote House",
        "addressLine2": "Third Floor, West",
        "addressLine3": None,
        "addressLine4": "",
        "region": "Devon",
        "town": "Exeter",
        "postCode": "EX4 4QJ",
        "country": "United Kingdom",
        "countryCode": "GBR",
        "candidateEmail": "jane.zola@mail.example",
        "photo": {"data": "/9j/4AAQSkZJRgABAQ=="},
        "photoMediaType": "JPEG",
        "status": "RELEASED",
        "lastModifiedDate": "2025-08-10T09:08:57",
    }


def test_the_shape_of_an_api_answer_is_read(database):
    answer = {
        "messageMetadata": {"messageRequestUid": "1", "QueryResultSet": [{"a": "b"}]},
        "results": [an_api_record()],
        "resultSummary": {"recordCount": "1"},
    }
    told = load(database, as_json(answer).removeprefix(b'{"results": [').removesuffix(b"]}"))

    assert (told.new, told.rejected, told.unknown_columns) == (1, 0, [])
    expected = STORED | {"country_code": "GBR", "last_modified": "2025-08-10T09:08:57"}
    assert values(stored(database)[0]) == expected


def test_a_bare_array_of_records_is_read(database):
    assert load(database, as_json(RECORD)[len('{"results": ') : -1]).new == 1


def test_e_download_xml_is_read(database):
    data = b"""<?xml version="1.0" encoding="UTF-8"?>
        <Candidates DownloadID="7" PartNo="1" OrganisationID="9"><Candidate>
          <CentreNumber>GBS03</CentreNumber><CandidateNumber>000595</CandidateNumber>
          <TestDate>2025-07-18</TestDate><Module>G</Module>
          <FamilyName>ZOLA</FamilyName><FirstName>JANE</FirstName>
          <DateOfBirth>1982-05-02</DateOfBirth><Gender>F</Gender>
          <Score><ListeningTest>8.5</ListeningTest><ReadingTest>8.0</ReadingTest>
            <WritingTest>7.5</WritingTest><SpeakingTest>7.5</SpeakingTest>
            <Overall>8.0</Overall></Score>
          <TRFNumber>25GB000595ZOLJS03G</TRFNumber><Photo>/9j/4AAQSkZJRgABAQ==</Photo>
        </Candidate></Candidates>"""
    told = load(database, data)

    assert (told.new, told.unknown_columns) == (1, [])
    found = values(stored(database)[0])
    graded = {name: STORED[name] for name in list(STORED)[:14]}
    assert {name: found[name] for name in graded} == graded


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_separate_as_well(database, delimiter):
    assert load(database, as_csv(RECORD, delimiter=delimiter)).new == 1
    assert values(stored(database)[0]) == STORED


def test_unknown_columns_are_named_and_left_out(database):
    told = load(database, as_csv(RECORD | {"favourite colour": "green", "shoeSize": "42"}))

    assert told.new == 1
    assert told.unknown_columns == ["favourite colour", "shoeSize"]


def test_a_column_that_stands_there_twice_is_refused(database):
    with pytest.raises(Refusal, match="familyname is there twice"):
        load(database, as_csv(RECORD | {"familyname": "OTHER"}))
    assert stored(database) == []


@pytest.mark.parametrize("absent", ["trfNumber", "testDate"])
@pytest.mark.parametrize("format", Format)
def test_a_file_without_a_needed_column_is_refused(database, format, absent):
    record = {name: value for name, value in RECORD.items() if name != absent}
    with pytest.raises(Refusal, match=f"no column {absent}"):
        load(database, WRITERS[format](record))


def test_a_file_of_nothing_but_a_header_holds_no_results(database):
    told = load(database, as_csv(RECORD).splitlines(keepends=True)[0])

    assert (told.new, told.rejected, told.delivered) == (0, 0, 0)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n\t"])
def test_an_empty_file_is_refused(database, data):
    with pytest.raises(Refusal, match="is empty"):
        load(database, data)


def test_blank_lines_are_no_rows(database):
    header, row = as_csv(RECORD).splitlines(keepends=True)

    told = load(database, header + b"\r\n" + row + b"\r\n\r\n")

    assert (told.new, told.rejected) == (1, 0)


def test_a_row_with_too_few_or_too_many_cells_is_a_bad_row(database):
    header, row = as_csv(RECORD).splitlines()
    ragged = row.replace(b"J", b"K")
    data = b"\r\n".join([header, ragged[:60], row, ragged + b",more"])

    told = load(database, data)

    assert (told.new, told.rejected) == (1, 2)
    assert list(told.problems) == ["The row has more or fewer cells than the header"]


@pytest.mark.parametrize(
    "data",
    [
        as_xml(RECORD, RECORD)[:-40],
        as_json(RECORD, a_record("A2"))[:-40],
        as_json(RECORD)[:-1],
        as_xml(RECORD).replace(b"</town>", b"</tow>"),
        as_json(RECORD).replace(b'"F"', b"F"),
        b'{"results": [1, 2]}',
    ],
)
def test_a_broken_file_is_refused_with_nothing_changed(database, data):
    with pytest.raises(Refusal, match=r"Nothing was changed\."):
        load(database, data)
    assert stored(database) == []
