"""Files as rows of text under known columns, a chunk at a time, as often as one likes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import BinaryIO, Protocol

from core.intake import json_records, xml_records
from core.intake.encodings import encoding_of, format_of
from core.intake.headings import REQUIRED, column_of
from core.refusals import Refusal, usage
from core.terms import Format

CHUNK = 500
"""So many rows are dropped before the garbage collector looks at them, which takes its time."""

LONGEST_CELL = 4 * 1024 * 1024
MOST_COLUMNS = 500
MOST_TRIED_HEADER = 20_000
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class Chunk:
    """Some rows with the line where each begins, and the ragged ones apart."""

    lines: Sequence[int]
    rows: Sequence[Sequence[str]]
    ragged: Sequence[tuple[int, Sequence[str]]]


class Reader(Protocol):
    """A file that can be read more than once.

    `headings` are its own, in order; rows have one cell for each.
    """

    format: Format
    headings: list[str]

    def chunks(self) -> Iterator[Chunk]:
        """The rows from the start; raise Refusal where the file is broken."""
        ...


@dataclass(slots=True)
class Columns:
    """Which of a file's columns hold what: (place, our column), and what nobody knows."""

    known: list[tuple[int, str]]
    unknown: list[str]


def open_reader(stream: BinaryIO) -> Reader:
    """The reader for what the bytes say the file is; raise Refusal for an empty one."""
    encoding = encoding_of(stream)
    found = format_of(stream, encoding)
    if found is Format.CSV:
        return CsvReader(stream, encoding)
    if found is Format.XML:
        return RecordReader(Format.XML, stream, encoding)
    return RecordReader(Format.JSON, stream, encoding)


def columns_of(reader: Reader) -> Columns:
    """Match the headings; raise Refusal for a doubled column and for a missing needed one."""
    known: dict[str, int] = {}
    unknown = []
    for place, heading in enumerate(reader.headings):
        column = column_of(heading)
        if column is None:
            unknown.append(heading)
        elif column in known:
            raise usage(
                "column_twice",
                "The column {heading} is there twice. Nothing was changed.",
                heading=heading,
            )
        elif column:
            known[column] = place
    absent = [heading for column, heading in REQUIRED.items() if column not in known]
    if absent:
        raise usage(
            "column_missing",
            "The file has no column {names}. Its columns are: {headings}. Nothing was changed.",
            names=", ".join(absent),
            headings=", ".join(reader.headings[:40]) or "-",
        )
    return Columns([(place, column) for column, place in known.items()], unknown)


class CsvReader:
    """Commas, semicolons or tabs, by the header row."""

    format = Format.CSV

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream, self._encoding = stream, encoding
        self.delimiter = self._sniffed()
        self.headings = next(self._rows(), [])
        if len(self.headings) > MOST_COLUMNS:
            raise usage("too_many_columns", "The file has too many columns. Nothing was changed.")

    def chunks(self) -> Iterator[Chunk]:
        """The rows after the header; blank lines are no rows."""
        rows = self._rows()
        next(rows, None)
        line, width = self._reader.line_num + 1, {len(self.headings)}
        while chunk := list(islice(rows, CHUNK)):
            if self._reader.line_num == line + len(chunk) - 1 and set(map(len, chunk)) == width:
                yield Chunk(range(line, line + len(chunk)), chunk, [])
            else:
                at = accumulate(map(_lines, chunk), initial=line)
                yield _sorted(at, chunk, len(self.headings))
            line = self._reader.line_num + 1

    def _sniffed(self) -> str:
        self._stream.seek(0)
        head = self._stream.read(MOST_TRIED_HEADER).decode(self._encoding, errors="replace")
        first = head.lstrip("\ufeff\r\n").splitlines()[:1]
        return max(",;\t", key=first[0].count) if first else ","

    def _rows(self) -> Iterator[list[str]]:
        self._stream.seek(0)
        csv.field_size_limit(LONGEST_CELL)
        text = io.TextIOWrapper(self._stream, self._encoding, newline="")
        self._reader = csv.reader(text, delimiter=self.delimiter)
        try:
            yield from self._reader
        except (csv.Error, UnicodeDecodeError) as error:
            raise _broken(Format.CSV, f"line {self._reader.line_num}: {error}") from None
        finally:
            text.detach()


def _lines(row: list[str]) -> int:
    """How many lines of the file a row takes, which is more than one where a cell has line ends."""
    return 1 + len(_LINE_END.findall("\0".join(row)))


def _sorted(lines: Iterable[int], rows: list[list[str]], width: int) -> Chunk:
    placed = list(zip(lines, rows, strict=False))
    whole = [(line, row) for line, row in placed if len(row) == width]
    ragged = [(line, row) for line, row in placed if row and len(row) != width]
    return Chunk([line for line, _ in whole], [row for _, row in whole], ragged)


class RecordReader:
    """XML or JSON records, whose columns are known once the file has been read through."""

    def __init__(self, found: Format, stream: BinaryIO, encoding: str) -> None:
        self.format, self._stream, self._encoding = found, stream, encoding
        seen: dict[str, None] = {}
        for _, record in self._records():
            seen.update(dict.fromkeys(record))
            if len(seen) > MOST_COLUMNS:
                raise usage(
                    "too_many_columns", "The file has too many columns. Nothing was changed."
                )
        if not seen:
            raise usage("no_results", "The file holds no results. Nothing was changed.")
        self.headings = list(seen)

    def chunks(self) -> Iterator[Chunk]:
        """The records as rows; what a record leaves out is blank."""
        records = self._records()
        while chunk := list(islice(records, CHUNK)):
            lines = [number for number, _ in chunk]
            rows = [[one.get(heading, "") for heading in self.headings] for _, one in chunk]
            yield Chunk(lines, rows, [])

    def _records(self) -> Iterator[tuple[int, dict[str, str]]]:
        self._stream.seek(0)
        try:
            if self.format is Format.XML:
                yield from xml_records.records(self._stream, self._encoding)
            else:
                yield from json_records.records(self._stream, self._encoding)
        except (xml_records.Broken, json_records.Broken) as error:
            raise _broken(self.format, str(error)) from None


def _broken(found: Format, reason: str) -> Refusal:
    return usage(
        "file_broken",
        "This {format} file cannot be read to its end ({reason}). Nothing was changed.",
        format=found.value.upper(),
        reason=reason,
    )
