"""What happens elsewhere: results arrive and scores are corrected, by the real `results-bot`."""

from __future__ import annotations

import csv
import json
import math
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path

ORGANISATION = "Exeter"
RECORDS = 4
"""The first of each file is the guide's example, which is there already."""

CORRECTION = "correction"
FOUR = ("listeningScore", "readingScore", "writingScore", "speakingScore")
CORRECTED = "writingScore"
SECONDS = 120


class NotDoneError(Exception):
    """What the program said instead of doing it."""


class Arrivals:
    """Made-up files in a folder of their own, loaded by the program as an operator would."""

    def __init__(self, program: Sequence[str], folder: Path) -> None:
        self._program, self._folder = program, folder

    def arrive(self) -> str:
        """Some results nobody has seen yet; what was loaded, for the page."""
        path = self._new_file("results")
        seed = str(secrets.randbelow(10**9))
        self._run("sample", "--records", str(RECORDS), "--seed", seed, "--out", str(path))
        counts = self._ingest(path)
        return f"{counts['new']} new results arrived."

    def correct(self) -> str:
        """One writing score of the first file, another each time; what was changed."""
        record = self._next_record()
        before = record[CORRECTED]
        record[CORRECTED] = _corrected(before)
        record["overallBandScore"] = overall([float(record[one]) for one in FOUR])
        path = self._new_file(CORRECTION)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, record.keys())
            writer.writeheader()
            writer.writerow(record)
        self._ingest(path)
        number = record["trfNumber"]
        return f"The writing score of {number} was corrected from {before} to {record[CORRECTED]}."

    def _next_record(self) -> dict[str, str]:
        """The first file's were downloaded long ago: people rely on them, and are told."""
        first = min(self._folder.glob("*.csv"), default=None)
        if first is None:
            raise NotDoneError("Let results arrive first; then one of them can be corrected.")
        corrected = len(list(self._folder.glob(f"*-{CORRECTION}.csv")))
        with first.open(encoding="utf-8-sig", newline="") as stream:
            records = list(csv.DictReader(stream))
        return records[(1 + corrected) % len(records)]

    def _new_file(self, what: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        place = len(list(self._folder.glob("*.csv"))) + 1
        return (self._folder / f"{place:04d}-{what}.csv").absolute()

    def _ingest(self, path: Path) -> dict[str, int]:
        printed = self._run("ingest", str(path), "--org", ORGANISATION, "--json")
        counts: dict[str, int] = json.loads(printed)
        if counts["rejected"]:
            raise NotDoneError(f"{counts['rejected']} rows of {path.name} were rejected.")
        return counts

    def _run(self, *words: str) -> str:
        done = subprocess.run(  # noqa: S603  our own program, with our own words
            [*self._program, *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        if done.returncode:
            raise NotDoneError(done.stderr.strip() or f"It ended with {done.returncode}.")
        return done.stdout


def overall(four: Sequence[float]) -> str:
    """The mean to the nearest half band, quarters rounded up."""
    return _band(math.floor(sum(four) / 4 * 2 + 0.5) / 2)


def _corrected(band: str) -> str:
    higher = float(band) + 1
    return _band(higher if higher <= 9 else float(band) - 1)  # noqa: PLR2004  the highest band


def _band(number: float) -> str:
    return f"{number:g}"
