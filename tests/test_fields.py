import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields import BY_HEADING, CATALOGUE, PHOTO_HEADINGS, find_field, headings
from core.refusals import Kind, Refusal
from core.tables import Result

GUIDE = """
Candidate ID, Candidate Number, First Name, Family Name, Date Of Birth, Gender, Telephone,
Postal Address, Address Line 1, Address Line 2, Address Line 3, Address Line 4, Town, Postcode,
Country, Country Code, Region, Candidate Email, Listening Score, Reading Score, Writing Score,
Speaking Score, Overall Band Score, Module, Test Date, Centre Number, TRF Number, Photo,
Download Date
"""

fields = st.sampled_from(CATALOGUE)


def test_there_are_29_fields_in_the_guides_order():
    assert [field.title for field in CATALOGUE] == re.split(r",\s+", GUIDE.strip())
    assert len(CATALOGUE) == 29


def test_headings_are_those_of_the_appendix():
    assert set(BY_HEADING) == {
        *("candidateId", "candidateNumber", "firstName", "familyName", "dateOfBirth", "gender"),
        *("Telephone", "postalAddress", "addressLine1", "addressLine2", "addressLine3"),
        *("addressLine4", "town", "postcode", "country", "countryCode", "region"),
        *("candidateEmail", "listeningScore", "readingScore", "writingScore", "speakingScore"),
        *("overallBandScore", "Module", "testDate", "centreNumber", "trfNumber", "photo"),
        "downloadDate",
    }


def test_stored_fields_are_columns_of_a_result_no_shorter_than_the_field():
    columns = Result.__table__.columns
    for field in CATALOGUE:
        if field.attribute:
            assert field.length <= (getattr(columns[field.attribute].type, "length", 0) or 0)


def test_only_the_photo_makes_two_columns():
    assert headings([BY_HEADING["photo"]]) == PHOTO_HEADINGS == ("photo_data", "photoMediaType")
    assert len(headings(CATALOGUE)) == 30


@given(fields, st.sampled_from([str, str.lower, str.upper]), st.sampled_from(["", " ", "  "]))
def test_a_field_is_found_by_heading_and_by_title_in_any_case(field, case, blank):
    assert find_field(f"{blank}{case(field.heading)}{blank}") is field
    assert find_field(f"{blank}{case(str(field.title))}{blank}") is field


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("photo_data", "photo"),
        ("photoMediaType", "photo"),
        ("Test Center Number", "centreNumber"),
        ("center number", "centreNumber"),
    ],
)
def test_the_guides_other_spellings_are_found(words, heading):
    assert find_field(words).heading == heading


@pytest.mark.parametrize("words", ["", "names", "trf_number", "firstName;"])
def test_an_unknown_field_is_refused_with_all_fields(words):
    with pytest.raises(
        Refusal, match=r"is not a template field\. The fields are: candidateId, "
    ) as no:
        find_field(words)
    assert no.value.kind is Kind.USAGE
    assert all(heading in no.value.message for heading in BY_HEADING)
