"""What happens elsewhere, by the real program on a real database."""

import csv
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.terms import overall_of
from playground.arrivals import Arrivals, NotDoneError, overall
from playground.clock import MovedClock

PROGRAM = (sys.executable, "-m", "console.main")
HALVES = st.integers(0, 18)


@pytest.fixture
def arrivals(tmp_path, monkeypatch):
    settings = {
        "RESULTS_ENV": "test",
        "RESULTS_DATABASE_URL": f"sqlite:///{tmp_path / 'results.db'}",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    made = Arrivals(PROGRAM, tmp_path / "arrivals")
    made._run("init")
    made._run("org", "add", "Exeter", "--account-name=Exeter", "--address=Northcote House")
    return made


def records(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_results_arrive_and_a_score_of_the_first_file_is_corrected(arrivals, tmp_path):
    assert arrivals.arrive() == "4 new results arrived."
    assert arrivals.arrive() == "3 new results arrived."
    said = arrivals.correct()

    files = sorted((tmp_path / "arrivals").iterdir())
    names = [path.name for path in files]
    assert names == ["0001-results.csv", "0002-results.csv", "0003-correction.csv"]
    before, after = records(files[0])[1], records(files[2])[0]
    changed = {name for name in before if before[name] != after[name]}
    assert changed - {"overallBandScore"} == {"writingScore"}
    assert said.endswith(f"from {before['writingScore']} to {after['writingScore']}.")


def test_what_the_program_refuses_is_told_in_its_words(tmp_path, monkeypatch):
    monkeypatch.setenv("RESULTS_ENV", "test")
    monkeypatch.setenv("RESULTS_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")

    with pytest.raises(NotDoneError, match="init"):
        Arrivals(PROGRAM, tmp_path / "arrivals").arrive()
    with pytest.raises(NotDoneError, match="arrive first"):
        Arrivals(PROGRAM, tmp_path / "empty").correct()


@given(HALVES, HALVES, HALVES, HALVES)
def test_the_overall_band_is_the_service_s_own(listening, reading, writing, speaking):
    halves = (listening, reading, writing, speaking)

    assert float(overall([one / 2 for one in halves])) == overall_of(*halves) / 2


def test_a_moved_clock_goes_on_from_where_it_was_put(tmp_path):
    clock = MovedClock(tmp_path / "new" / "clock")
    assert clock.ahead == timedelta()

    clock.put(datetime(2018, 3, 5, 10, 12, tzinfo=UTC))
    assert abs(clock.now() - datetime(2018, 3, 5, 10, 12, tzinfo=UTC)) < timedelta(seconds=5)
    clock.to_tomorrow_morning()
    assert abs(clock.now() - datetime(2018, 3, 6, 9, 0, tzinfo=UTC)) < timedelta(seconds=5)
