import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields import BY_HEADING, CATALOGUE
from core.layouts import (
    POSTAL_NOTE,
    STANDARD,
    fields_of,
    fields_problem,
    joined_headings,
    name_problem,
)
from core.terms import DateFormat, Format

POSTAL = BY_HEADING["postalAddress"]
LINES = [BY_HEADING[f"addressLine{n}"] for n in (1, 2, 3, 4)]
NAME = BY_HEADING["familyName"]

choices = st.lists(st.sampled_from(CATALOGUE), min_size=1, unique=True)


def test_the_built_in_layout_is_what_the_guide_advises():
    assert (STANDARD.format, STANDARD.date_format) == (Format.CSV, DateFormat.COMPACT)
    left_out = [field.heading for field in CATALOGUE if field not in STANDARD.fields]
    assert left_out == ["candidateId", "postalAddress", "photo"]
    assert fields_problem(STANDARD.fields) is None


@given(choices)
def test_fields_are_read_back_in_their_order(fields):
    assert fields_of(joined_headings(fields)) == tuple(fields)


@given(choices)
def test_any_choice_without_both_kinds_of_address_is_good(fields):
    both = POSTAL in fields and any(line in fields for line in LINES)

    assert (fields_problem(fields) is None) == (not both)


@pytest.mark.parametrize("line", LINES)
def test_postal_address_with_a_line_is_refused_with_the_guides_reason(line):
    assert fields_problem([NAME, POSTAL, line]) == (
        "Postal Address is a compilation of the address 1, 2, 3, 4 fields. Only choose the "
        "individual fields or postal address, but NOT both."
    )


def test_a_field_chosen_twice_is_named():
    assert "familyName" in fields_problem([NAME, POSTAL, NAME])


def test_all_problems_of_the_fields_are_told_at_once():
    problem = fields_problem([NAME, NAME, POSTAL, LINES[0]])

    assert "familyName" in problem
    assert POSTAL_NOTE in problem


def test_no_field_at_all_is_a_problem():
    assert fields_problem([]) == "A template needs at least one field."


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 101, "two\nlines", "bell\x07", "standard", " STANDARD ", 'a "b"']
)
def test_some_names_are_no_names(name):
    assert name_problem(name) is not None


@pytest.mark.parametrize("name", ["x" * 100, "Zulassung — Übersicht", "入学", "O'Neill", "a=b, c"])
def test_ordinary_names_are_good(name):
    assert name_problem(name) is None
