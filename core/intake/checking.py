"""Rows of a file into columns whose every value is checked; no database is needed for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from core.intake import headings
from core.intake.checks import across, checks_for
from core.intake.headings import POSTAL
from core.intake.hints import odd_ones
from core.intake.readers import Chunk, Columns, Reader
from core.phrases import Phrase, say
from core.terms import RELEASED, DateFormat, Format

LINES = tuple(f"address_line_{n}" for n in range(1, 5))
LINE_LENGTH = 100
RAGGED = say("The row has more or fewer cells than the header")

Rejected = tuple[int, Sequence[str], Sequence[Phrase]]
"""The line where a bad row begins, its cells as they came, and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A chunk of a file: its good rows by column, its bad ones, and hints for how many of them.

    `held` counts the good rows whose status is not RELEASED, `read` the file's bytes so far.
    """

    columns: dict[str, Sequence[Any]]
    rejected: Sequence[Rejected]
    oddities: Mapping[Phrase, int]
    held: int
    read: int


def stored_names(columns: Columns) -> list[str]:
    """Our columns that the rows of such a file fill."""
    names = [name for _, name in columns.known]
    return [*names, *LINES] if _splits_address(names) else names


def checked(
    stream: BinaryIO, reader: Reader, columns: Columns, date_format: DateFormat, today: date
) -> Generator[Checked]:
    """The file, chunk by chunk; raise Refusal where it is broken."""
    checking = _Checking(reader, columns, date_format, today)
    for chunk in reader.chunks():
        yield checking.of(chunk, stream.tell())


class _Checking:
    def __init__(
        self, reader: Reader, columns: Columns, date_format: DateFormat, today: date
    ) -> None:
        self._places = [place for place, _ in columns.known]
        self._names = [name for _, name in columns.known]
        self._checks = checks_for(
            self._names, date_format, today, restores=reader.format is Format.CSV
        )
        self._splits_address = _splits_address(self._names)

    def of(self, chunk: Chunk, read: int) -> Checked:
        rejected: list[Rejected] = [(line, row, [RAGGED]) for line, row in chunk.ragged]
        if not chunk.rows:
            return Checked({}, rejected, {}, 0, read)
        columns, problems = self._checked(chunk.rows)
        if problems:
            rejected += ((chunk.lines[at], chunk.rows[at], problems[at]) for at in sorted(problems))
            columns = _without(columns, problems)
        if not columns["trf_number"]:
            return Checked({}, rejected, {}, 0, read)
        odd = {hint: count for hint, count in odd_ones(columns).items() if count}
        statuses = columns.get(headings.STATUS)
        held = 0 if statuses is None else len(statuses) - list(statuses).count(RELEASED)
        return Checked(columns, rejected, odd, held, read)

    def _checked(
        self, rows: Sequence[Sequence[str]]
    ) -> tuple[dict[str, Sequence[Any]], dict[int, list[Phrase]]]:
        cells = list(zip(*rows, strict=True))
        columns: dict[str, Sequence[Any]] = {}
        problems: defaultdict[int, list[Phrase]] = defaultdict(list)
        for place, name, check in zip(self._places, self._names, self._checks, strict=True):
            columns[name], found = check(cells[place])
            _add(problems, found)
        if self._splits_address:
            columns |= zip(LINES, _address_lines(columns[POSTAL]), strict=True)
        _add(problems, across(columns, len(rows)), unless=problems.keys())
        return columns, problems


def _splits_address(names: Sequence[str]) -> bool:
    return POSTAL in names and not set(LINES) & set(names)


def _add(
    problems: defaultdict[int, list[Phrase]],
    found: Mapping[int, Phrase],
    *,
    unless: AbstractSet[int] = frozenset(),
) -> None:
    new = [(row, problem) for row, problem in found.items() if row not in unless]
    for row, problem in new:
        problems[row].append(problem)


def _without(
    columns: dict[str, Sequence[Any]], problems: Mapping[int, object]
) -> dict[str, Sequence[Any]]:
    return {
        name: [cell for row, cell in enumerate(cells) if row not in problems]
        for name, cells in columns.items()
    }


def _address_lines(addresses: Sequence[str | None]) -> list[list[str]]:
    """A joined address over four lines of up to 100 characters, parted at blanks."""
    split = [_four_lines(address or "") for address in addresses]
    return [list(line) for line in zip(*split, strict=True)]


def _four_lines(address: str) -> list[str]:
    lines: list[str] = []
    rest = address
    while len(rest) > LINE_LENGTH and len(lines) < len(LINES) - 1:
        cut = rest.rfind(" ", 0, LINE_LENGTH + 1)
        end = cut if cut > 0 else LINE_LENGTH
        lines.append(rest[:end])
        rest = rest[end:].lstrip()
    return [*lines, rest[:LINE_LENGTH], "", "", ""][: len(LINES)]
