from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands.converters import (
    CONVERTERS,
    EmailAddress,
    FieldList,
    LocalTime,
    convert,
)
from core.fields import CATALOGUE
from core.refusals import Kind, Refusal
from core.terms import DateFormat, Format, Role
from core.trf_numbers import TrfNumber


def refused(word, annotation):
    with pytest.raises(Refusal) as caught:
        convert(word, annotation, "thing")
    assert caught.value.kind is Kind.USAGE
    return caught.value.message


@given(st.text(), st.sampled_from([*CONVERTERS, Format, DateFormat, Role]))
def test_any_word_is_converted_or_refused(word, annotation):
    with suppress(Refusal):
        convert(word, annotation, "thing")


@pytest.mark.parametrize("choices", [Format, DateFormat, Role])
def test_a_choice_is_read_by_its_value_in_any_case(choices):
    for choice in choices:
        assert convert(choice.value.upper(), choices, "thing") is choice


def test_a_choice_that_is_none_gets_the_nearest_and_all():
    assert refused("cvs", Format) == (
        "cvs is not a thing. Did you mean csv? It may be csv, xml, json."
    )
    assert refused("pdf!", Format) == "pdf! is not a thing. It may be csv, xml, json."


@pytest.mark.parametrize("word", ["yes", "ON", "true", "y", "1"])
def test_yes_has_several_words(word):
    assert convert(word, bool, "thing") is True


@pytest.mark.parametrize("word", ["no", "OFF", "false", "n", "0"])
def test_no_has_several_words(word):
    assert convert(word, bool, "thing") is False


def test_neither_yes_nor_no_is_refused():
    assert refused("maybe", bool) == "thing is either yes or no, not maybe."


@given(st.integers(0, 999_999_999))
def test_numbers_are_digits(number):
    assert convert(str(number), int, "thing") == number


@pytest.mark.parametrize("word", ["", "-1", "1.5", "٣", "1e3", "9999999999", "x"])
def test_what_is_no_number_is_refused(word):
    assert "takes digits" in refused(word, int)


def test_text_must_not_be_blank():
    assert convert(" Ann ", str, "thing").strip() == "Ann"
    assert refused(" ", str) == "thing must not be blank."


def test_a_number_of_a_form_is_normalised():
    assert convert("`17gb 000595`", TrfNumber, "thing") == "17GB000595"


@pytest.mark.parametrize(
    "word",
    [
        "ann@uni.example",
        "<ann@uni.example>",
        "<mailto:ann@uni.example|ann@uni.example>",
        "mailto:ann@uni.example",
    ],
)
def test_an_address_is_unwrapped(word):
    assert convert(word, EmailAddress, "thing") == "ann@uni.example"


@given(st.times())
def test_times_of_day_are_read(time):
    assert convert(f"{time:%H:%M}", LocalTime, "thing") == f"{time:%H:%M}"
    assert convert(f"{time.hour}:{time:%M}", LocalTime, "thing") == f"{time:%H:%M}"


@pytest.mark.parametrize("word", ["", "24:00", "12:60", "12", "1200", "12:5", "+1:00", "noon"])
def test_what_is_no_time_is_refused(word):
    assert "Write it like 14:05" in refused(word, LocalTime)


@given(st.lists(st.sampled_from(CATALOGUE), min_size=1))
def test_fields_keep_their_order(fields):
    typed = " , ".join(field.heading for field in fields)

    assert convert(typed, FieldList, "thing") == tuple(fields)
    assert convert(f"{typed},", FieldList, "thing") == tuple(fields)


def test_an_unknown_field_is_named():
    assert refused("trfNumber,nme", FieldList).startswith("nme is not a template field.")
