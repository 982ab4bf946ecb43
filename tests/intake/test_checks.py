from datetime import date

import pytest

from core.intake.checks import checks_for
from core.intake.rejects import Rejects
from core.refusals import Refusal
from core.terms import DateFormat
from tests.builders import an_organisation
from tests.intake.shapes import as_csv, as_json, load, record


def problem_of(column, cell):
    (check,) = checks_for([column], DateFormat.ISO, date(2026, 11, 25), restores=True)
    values, problems = check([cell])
    return problems.get(0), values[0]


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", " \u2003 "])
@pytest.mark.parametrize("column", ["family_name", "trf_number", "candidate_number", "gender"])
def test_a_needed_value_of_nothing_but_blanks_is_blank(column, blank):
    assert problem_of(column, blank)[0].endswith("is blank")


def test_letters_that_only_become_ascii_as_capitals_are_refused():
    assert "other characters" in problem_of("trf_number", "25GB000595ZOLJſ03G")[0]
    assert "other characters" in problem_of("centre_number", "GBß")[0]


def test_a_code_in_small_letters_is_kept_in_capitals():
    assert problem_of("trf_number", " 25gb000595zoljs03g ") == (None, "25GB000595ZOLJS03G")


def test_a_status_with_control_characters_is_told_as_that():
    assert problem_of("status", "A\x01B")[0] == "status has control characters"
    assert problem_of("status", "A" * 41)[0] == "status is longer than 40 characters"


def test_every_problem_of_a_row_is_told_at_once(database, tmp_path):
    bad = record(gender="X", Module="?", overallBandScore="9.5")
    with Rejects(tmp_path / "rejects") as rejects, database.transaction() as session:
        told = load(session, an_organisation(session), as_csv(bad, record(2)), rejects=rejects)

    assert (told.new, told.rejected) == (1, 1)
    assert set(told.problems) == {
        "gender is not U, M or F",
        "Module is neither Academic nor General Training",
        "overallBandScore is not a band from 0 to 9 by halves",
    }
    written = (tmp_path / "rejects").read_text()
    assert all(problem in written for problem in told.problems)


@pytest.mark.parametrize(
    "data", [b'{"results": []}', b"{}", b"[]", b"<results></results>", b"<results/>"]
)
def test_a_file_without_results_says_so(database, data):
    with pytest.raises(Refusal, match="holds no results"), database.transaction() as session:
        load(session, an_organisation(session), data)


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800"])
def test_what_no_database_can_hold_is_no_crash(database, tmp_path, text):
    data = as_json(record(), record(2)).replace(b"Devon", text.encode(), 1)
    with Rejects(tmp_path / "rejects") as rejects, database.transaction() as session:
        told = load(session, an_organisation(session), data, rejects=rejects)

    assert told.new + told.rejected == 2
    assert told.new >= 1
