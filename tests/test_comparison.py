from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comparison import BANDS, Verdict, compare, read_claims, read_date
from core.records import Record
from core.refusals import Kind, Refusal
from core.terms import DateFormat, band_in_file, band_on_card

RECORD = Record(
    result_id=1,
    trf_number="25GB000595ZOLJS03G",
    family_name="ZOLA",
    first_name="JANE",
    date_of_birth="1982-05-02",
    gender="F",
    candidate_email="",
    module="G",
    candidate_number="000595",
    centre_number="GBS03",
    test_date="2025-07-18",
    listening=17,
    reading=16,
    writing=15,
    speaking=15,
    overall=16,
    status="RELEASED",
)

letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
names = st.lists(letters, min_size=1, max_size=4)
days = st.dates(date(1940, 1, 1), date(2039, 12, 31))


def verdict_of(key, typed, **recorded):
    claims = read_claims({key: typed})
    return compare(claims, replace(RECORD, **recorded)).verdicts[key]


def test_no_claims_are_none():
    assert read_claims({"name": None, "dob": None}) is None


def test_only_what_was_claimed_gets_a_verdict_in_the_order_of_the_record():
    claims = read_claims({"overall": "8", "name": "jane zola", "gender": None, "module": "A"})

    assert list(compare(claims, RECORD).verdicts.items()) == [
        ("name", Verdict.MATCH),
        ("overall", Verdict.MATCH),
        ("module", Verdict.MISMATCH),
    ]


@pytest.mark.parametrize(
    ("typed", "family_name", "first_name"),
    [
        ("Jane Zola", "ZOLA", "JANE"),
        ("zola, jane", "ZOLA", "JANE"),
        ("  JANE   ZOLA ", "Zola", "Jane"),
        ("José Peña", "PENA", "JOSE"),
        ("Jose Pena", "Pen\u0303a", "José"),
        ("Siobhán O'Brien", "OBRIEN", "SIOBHAN"),
        ("Siobhan OBrien", "O\u2019Brien", "Siobhan"),
        ("Marie-Claire Duval", "DUVAL", "MARIE CLAIRE"),
        ("Straße Łukasz", "STRASSE", "LUKASZ"),
        ("J. Zola", "ZOLA", "J"),
        ("Cher", "CHER", ""),
    ],
)
def test_names_match_without_case_accents_order_and_punctuation(typed, family_name, first_name):
    recorded = {"family_name": family_name, "first_name": first_name}

    assert verdict_of("name", typed, **recorded) is Verdict.MATCH


@pytest.mark.parametrize("typed", ["Jane", "Zola", "Jane Zolo", "Jane Mary Zola", "Jan Ezola"])
def test_another_name_is_a_mismatch(typed):
    assert verdict_of("name", typed) is Verdict.MISMATCH


@given(names)
def test_a_name_matches_itself_in_any_order(parts):
    recorded = {"first_name": " ".join(parts[:-1]), "family_name": parts[-1].upper()}

    for order in permutations(parts):
        assert verdict_of("name", " ".join(order), **recorded) is Verdict.MATCH


@given(names, names)
def test_comparing_names_is_symmetric(some, others):
    one, other = " ".join(some), " ".join(others)

    assert verdict_of("name", one, first_name="", family_name=other) == verdict_of(
        "name", other, first_name="", family_name=one
    )


@pytest.mark.parametrize("typed", ["---", "'", ".", "?!"])
def test_a_name_without_letters_is_refused(typed):
    with pytest.raises(Refusal, match="no letters"):
        read_claims({"name": typed})


@pytest.mark.parametrize(
    "typed",
    [
        "1982-05-22",
        "1982/5/22",
        "1982.05.22",
        "22/05/1982",
        "05/22/1982",
        "22.5.82",
        "22-05-1982",
        "19820522",
        "22051982",
        "05221982",
        "22 May 1982",
        "22nd of May 1982",
        "22-May-82",
        "22/MAY/1982",
        "May 22, 1982",
        "may 22nd 1982",
        " 22 May 1982 ",
    ],
)
def test_dates_are_read_in_any_usual_form(typed):
    assert read_date(typed).days == {date(1982, 5, 22)}
    assert verdict_of("dob", typed, date_of_birth="1982-05-22") is Verdict.MATCH


@pytest.mark.parametrize(("typed", "month"), [("2 Sept 2020", 9), ("2 sep 2020", 9)])
def test_months_are_read_short(typed, month):
    assert read_date(typed).days == {date(2020, month, 2)}


@given(days, st.sampled_from(list(DateFormat)))
def test_every_export_format_reads_back(day, date_format):
    assert day in read_date(date_format.write(day.isoformat())).days


@given(days, st.sampled_from(["%d %B %Y", "%B %d, %Y", "%d %b %y", "%Y-%m-%d", "%Y%m%d"]))
def test_a_date_in_words_or_iso_is_never_ambiguous(day, form):
    assert read_date(day.strftime(form)).days == {day}


@given(days, days)
def test_a_date_matches_its_own_day_and_no_other(day, other):
    expected = Verdict.MATCH if day == other else Verdict.MISMATCH

    assert verdict_of("date", day.isoformat(), test_date=other.isoformat()) is expected


@given(days)
def test_a_day_off_is_a_mismatch(day):
    wrong = (day + timedelta(days=1)).isoformat()

    assert verdict_of("dob", wrong, date_of_birth=day.isoformat()) is Verdict.MISMATCH


@pytest.mark.parametrize("typed", ["02/05/1982", "5-2-82", "02051982"])
def test_a_date_that_agrees_one_way_of_two_is_ambiguous_and_both_ways_are_told(typed):
    comparison = compare(read_claims({"dob": typed}), RECORD)

    assert comparison.verdicts == {"dob": Verdict.AMBIGUOUS}
    assert comparison.remarks == (
        f"dob={typed} may be 5 Feb 1982 or 2 May 1982; the record agrees with one of the two.",
    )


def test_a_date_that_agrees_neither_way_is_a_plain_mismatch():
    comparison = compare(read_claims({"dob": "03/04/1982"}), RECORD)

    assert comparison.verdicts == {"dob": Verdict.MISMATCH}
    assert comparison.remarks == ()


def test_a_day_that_is_its_own_month_is_not_ambiguous():
    assert verdict_of("dob", "05/05/1982", date_of_birth="1982-05-05") is Verdict.MATCH


def test_a_date_against_a_blank_is_a_mismatch():
    assert verdict_of("dob", "1982-05-02", date_of_birth="") is Verdict.MISMATCH


@pytest.mark.parametrize(
    "typed",
    ["yesterday", "31/02/2020", "1982-13-01", "2 Ma 1982", "0", "1082-05-02", "99999999", "2/3"],
)
def test_what_is_no_date_is_refused_with_how_to_write_one(typed):
    with pytest.raises(Refusal, match="Write it like 1982-05-02") as refused:
        read_claims({"date": typed})
    assert refused.value.kind is Kind.USAGE


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_refusal(typed):
    try:
        read = read_date(typed)
    except Refusal:
        return
    assert read.days


@given(st.sampled_from(BANDS), st.integers(0, 18), st.integers(0, 18))
def test_bands_are_compared_however_they_are_written(key, claimed, recorded):
    expected = Verdict.MATCH if claimed == recorded else Verdict.MISMATCH
    forms = {band_in_file(claimed), band_on_card(claimed), band_on_card(claimed).replace(".", ",")}

    assert {verdict_of(key, form, **{key: recorded}) for form in forms} == {expected}


def test_a_band_against_a_record_without_scores_is_a_mismatch():
    assert verdict_of("overall", "8", overall=None) is Verdict.MISMATCH


@pytest.mark.parametrize("typed", ["9.5", "six", "6.25", "-1", ""])
def test_what_is_no_band_is_refused(typed):
    with pytest.raises(Refusal, match="Bands go from 0 to 9 by halves"):
        read_claims({"overall": typed})


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("module", "General Training", "G"),
        ("module", "general-training", "G"),
        ("module", "gt", "G"),
        ("module", "ACADEMIC", "A"),
        ("module", "a", "A"),
        ("gender", "female", "F"),
        ("gender", "M", "M"),
        ("gender", "not specified", "U"),
    ],
)
def test_modules_and_genders_are_read_as_letters_and_words(key, typed, value):
    assert verdict_of(key, typed, **{key: value}) is Verdict.MATCH
    assert verdict_of(key, typed, **{key: "?"}) is Verdict.MISMATCH


@pytest.mark.parametrize("key", ["module", "gender"])
def test_an_unknown_module_or_gender_is_refused_with_the_choices(key):
    with pytest.raises(Refusal, match=f"x is not a {key}. It may be"):
        read_claims({key: "x"})
