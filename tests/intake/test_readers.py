import codecs
import io

import pytest

from core.intake.readers import columns_of, open_reader
from core.refusals import Refusal
from core.terms import Format
from tests.intake.shapes import GOOD, as_csv, as_json, as_xml, record

WRITERS = {Format.CSV: as_csv, Format.XML: as_xml, Format.JSON: as_json}


def rows_of(data):
    reader = open_reader(io.BytesIO(data))
    rows = [dict(zip(reader.headings, row, strict=True)) for c in reader.chunks() for row in c.rows]
    return reader, rows


@pytest.mark.parametrize("format", Format)
def test_the_content_decides_what_a_file_is(format):
    reader, rows = rows_of(WRITERS[format](record()))

    assert reader.format is format
    assert rows == [GOOD]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_xml_in_utf_16_needs_no_mark(encoding):
    data = as_xml(record()).decode().replace("utf-8", "utf-16").encode(encoding)

    assert rows_of(data)[1] == [GOOD]


def test_xml_with_the_mark_of_utf_8_is_read():
    assert rows_of(codecs.BOM_UTF8 + as_xml(record()))[1] == [GOOD]


def test_xml_that_declares_nothing_may_be_windows_1252():
    data = as_xml(record()).replace(b' encoding="utf-8"', b"").decode().encode("cp1252")

    assert rows_of(data)[1] == [GOOD]


def test_an_encoding_that_the_xml_declares_is_believed():
    data = as_xml(record(firstName="Łukasz"), encoding="iso-8859-2")

    assert rows_of(data)[1] == [record(firstName="Łukasz")]


@pytest.mark.parametrize("format", Format)
def test_utf_16_with_its_big_endian_mark_is_read(format):
    text = WRITERS[format](record()).decode().replace("utf-8", "utf-16")

    assert rows_of(codecs.BOM_UTF16_BE + text.encode("utf-16-be"))[1] == [GOOD]


def test_utf_16_cut_in_the_middle_of_a_letter_is_refused():
    with pytest.raises(Refusal, match=r"cannot be read to its end.*Nothing was changed"):
        rows_of(as_json(record(), encoding="utf-16")[:-1])


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda name: f" {name} "])
def test_case_and_blanks_of_a_heading_make_no_difference(change):
    reader, _ = rows_of(as_csv({change(name): value for name, value in GOOD.items()}))

    columns = columns_of(reader)
    assert columns.unknown == []
    assert len(columns.known) == len(GOOD)


def test_the_titles_of_the_guide_are_headings_too():
    titles = (
        "Test Center Number,Candidate Number,Candidate ID,Test Date,Module,Family Name,First Name,"
        "Date of Birth,Gender,Listening Score,Reading Score,Writing Score,Speaking Score,"
        "Overall Band Score,Test Report Form (TRF) Number,Telephone,Postal Address,Address Line 1,"
        "Address Line 2,Address Line 3,Address Line 4,Region,Town,Post Code,Country,Country Code,"
        "Candidate Email,Photo,photoMediaType,Download Date"
    )
    columns = columns_of(rows_of(titles.encode())[0])

    assert columns.unknown == []
    assert len(columns.known) == 30 - len({"Candidate ID", "Download Date"})


@pytest.mark.parametrize("absent", ["trfNumber", "testDate"])
@pytest.mark.parametrize("format", Format)
def test_a_file_without_a_needed_column_is_refused(format, absent):
    one = {name: value for name, value in GOOD.items() if name != absent}

    with pytest.raises(Refusal, match=f"no column {absent}"):
        columns_of(rows_of(WRITERS[format](one))[0])


def test_a_record_that_leaves_members_out_has_blanks_there():
    first, second = record(1), record(2)
    del second["town"]

    assert rows_of(as_json(first, second))[1][1]["town"] == ""


def test_a_file_of_nothing_but_a_header_has_no_rows():
    assert rows_of(as_csv(record()).partition(b"\n")[0])[1] == []


@pytest.mark.parametrize(
    "data",
    [
        as_json(record())[:-1],
        as_json(record()).replace(b'"F"', b"F"),
        as_json(record())[:-2] + b"}",
        as_xml(record())[:-1],
        as_xml(record()).replace(b"</town>", b"</tow>"),
        as_xml(record()) + b"<more/>",
        as_xml(record()).replace(b"Devon", b"De&von"),
    ],
)
def test_a_broken_file_is_refused_in_plain_words(data):
    with pytest.raises(Refusal, match=r"cannot be read to its end \([^b'][^\n]*Nothing was"):
        rows_of(data)
