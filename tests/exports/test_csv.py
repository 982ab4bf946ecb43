import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports.csv import encoded
from core.fields import BY_HEADING, CATALOGUE, Kind
from core.formulas import neutralised, restored
from core.layouts import Layout
from core.terms import DateFormat, Format
from tests.exports.layouts import FORMULA_SIGNS, texts

FREE = [field for field in CATALOGUE if field.kind in {Kind.TEXT, Kind.EMAIL, Kind.POSTAL}]


def layout_of(*fields, **options):
    return Layout("Ours", Format.CSV, DateFormat.ISO, fields, **options)


def written(layout, *chunks):
    return b"".join(encoded(layout, chunks))


def cells_of(heading, *values, **options):
    layout = layout_of(BY_HEADING[heading], BY_HEADING["trfNumber"], **options)
    content = written(layout, [list(values), ["A1"] * len(values)]).decode()
    return [row[0] for row in csv.reader(io.StringIO(content, newline=""))][1:]


@given(texts)
def test_what_was_neutralised_is_restored(text):
    assert restored(neutralised(text)) == text


@given(texts)
def test_nothing_neutralised_is_a_formula(text):
    assert neutralised(text)[:1] not in {*FORMULA_SIGNS, "\t", "\r"}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t1", "\r1", "'=1", "''+1"])
def test_a_formula_gets_an_apostrophe_also_behind_apostrophes(text):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "'", "O'Brien", "'t Hooft", "1+1", " =1", "a@b.example"])
def test_other_text_is_left_alone_both_ways(text):
    assert neutralised(text) == text
    assert restored(text) == text


@given(st.sampled_from(FREE), st.lists(texts, min_size=1, max_size=6))
def test_columns_of_free_text_hold_no_formula_and_are_restored(field, values):
    cells = cells_of(field.heading, *values)

    assert [restored(cell) for cell in cells] == values
    if field.heading != "Telephone":
        assert cells == [neutralised(value) for value in values]


@pytest.mark.parametrize("number", ["+44 (0)7700 900-123", "+447700900123", "-", "01392/661000"])
def test_telephone_numbers_are_left_alone(number):
    assert cells_of("Telephone", number, "") == [number, ""]


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(1)", "+1+cmd|' /C calc'!A0", "-x"])
def test_a_formula_is_no_telephone_number(formula):
    assert cells_of("Telephone", "+44 1", formula) == ["+44 1", f"'{formula}"]


@given(texts)
def test_a_template_that_is_not_spreadsheet_safe_changes_nothing(text):
    assert cells_of("town", text, spreadsheet_safe=False) == [text]


@pytest.mark.parametrize("fields", [FREE[:1], FREE])
@given(data=st.data())
def test_the_bytes_are_those_of_the_standard_writer(fields, data):
    rows = data.draw(
        st.lists(st.tuples(*[texts.map(neutralised)] * len(fields)), min_size=1, max_size=4)
    )
    standard = io.StringIO(newline="")
    csv.writer(standard).writerows([[field.heading for field in fields], *rows])
    chunks = [list(zip(row, strict=True)) for row in rows]

    content = written(layout_of(*fields, spreadsheet_safe=False), *chunks)

    assert content == standard.getvalue().encode()


def test_a_byte_order_mark_stands_only_where_the_template_asks():
    town = BY_HEADING["town"]

    assert written(layout_of(town, byte_order_mark=True)) == b"\xef\xbb\xbftown\r\n"
    assert written(layout_of(town)) == b"town\r\n"


def test_a_blank_value_on_its_own_is_still_a_record():
    assert (
        written(layout_of(BY_HEADING["candidateId"]), [["", ""]]) == b'candidateId\r\n""\r\n""\r\n'
    )
