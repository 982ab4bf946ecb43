"""Contenders in turn, each round in a fresh process, medians, and a table of ratios."""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Contender:
    """What is timed. Both are module-level functions, or partials: fresh processes import them."""

    run: Callable[..., object]
    prepare: Callable[[], Any] | None = None  # untimed; what it returns is given to run


@dataclass(frozen=True)
class Measured:
    """The medians of a contender's rounds."""

    seconds: float
    peak_mb: float  # of the whole process, so it says something in fresh ones only

    def speed_to(self, floor: "Measured") -> float:
        """How many times as fast as the floor."""
        return floor.seconds / self.seconds

    def size_to(self, floor_mb: float) -> float:
        """How many times this memory goes into what it is held to."""
        return floor_mb / self.peak_mb


@dataclass(frozen=True)
class Row:
    """A line of the table; a ratio under `least` fails the bench, `aim` is the best we know of."""

    name: str
    value: str
    ratio: float | None = None
    least: float | None = None
    aim: float | None = None

    @property
    def is_too_low(self) -> bool:
        """Whether it misses what we accept."""
        return self.ratio is not None and self.least is not None and self.ratio < self.least


class BelowLeastError(Exception):
    """A ratio is worse than the least we accept."""


def options(argv: Sequence[str], *, records: int) -> argparse.Namespace:
    """Read `--records` and `--rounds`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=records)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args(argv)


def compare(
    contenders: Mapping[str, Contender], *, rounds: int = 5, fresh: bool = True
) -> dict[str, Measured]:
    """Measure the contenders in turn, so that a busy minute on the machine strikes them all."""
    once = _measure_apart if fresh else _measure
    taken: dict[str, list[Measured]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            taken[name].append(once(contender))
    return {
        name: Measured(
            seconds=median(measured.seconds for measured in all_rounds),
            peak_mb=median(measured.peak_mb for measured in all_rounds),
        )
        for name, all_rounds in taken.items()
    }


def report(title: str, rows: Iterable[Row]) -> None:
    """Print the table; raise BelowLeastError if a row of it fails."""
    rows = list(rows)
    width = max(len(row.name) for row in rows)
    print(f"\n{title}\n{'':{width}}  {'value':>16}  {'ratio':>7}  {'least':>7}  {'aim':>7}")
    for row in rows:
        numbers = "  ".join(_number(number) for number in (row.ratio, row.least, row.aim))
        print(f"{row.name:{width}}  {row.value:>16}  {numbers}{'  TOO LOW' * row.is_too_low}")
    failed = [row.name for row in rows if row.is_too_low]
    if failed:
        raise BelowLeastError(f"{title}: {', '.join(failed)}")


def _number(number: float | None) -> str:
    return f"{'' if number is None else format(number, '.2f'):>7}"


def _measure(contender: Contender) -> Measured:
    prepared = () if contender.prepare is None else (contender.prepare(),)
    began = time.perf_counter()
    contender.run(*prepared)
    return Measured(time.perf_counter() - began, _peak_mb())


def _measure_apart(contender: Contender) -> Measured:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, contender).result()


def _peak_mb() -> float:
    # Linux counts what the parent had at the fork into ru_maxrss, but not into VmHWM.
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) / 1024
    bytes_per_unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * bytes_per_unit / 2**20
