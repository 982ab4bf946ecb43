import pytest

from bench.timing import BelowLeastError, Contender, Measured, Row, compare, report


def test_ratios_grow_with_what_is_better():
    floor = Measured(seconds=1.0, peak_mb=50)
    ours = Measured(seconds=2.0, peak_mb=100)

    assert ours.speed_to(floor) == 0.5
    assert ours.size_to(180) == 1.8


def test_the_contenders_run_in_turn_in_processes_of_their_own():
    seen = []
    contenders = {
        "a": Contender(seen.append, lambda: "a"),
        "b": Contender(seen.append, lambda: "b"),
    }

    compare(contenders, rounds=2, fresh=False)
    apart = compare({"floor": Contender(sorted, list)}, rounds=1)

    assert seen == ["a", "b", "a", "b"]
    assert apart["floor"].peak_mb > 1


def test_a_ratio_below_the_least_is_printed_and_fails(capsys):
    rows = [Row("floor", "1.0 s"), Row("ours", "2.1 s", ratio=0.48, least=0.5, aim=0.75)]

    with pytest.raises(BelowLeastError, match="ours"):
        report("Loading", rows)
    assert "0.48     0.50     0.75  TOO LOW" in capsys.readouterr().out
