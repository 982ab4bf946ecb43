"""The rejects file: bad rows as they came, with `line` and `problem`, in the file's own format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from xml.sax.saxutils import escape

from core.intake.headings import PHOTO, column_of
from core.phrases import Phrase
from core.terms import Format

_NOT_XML = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]
)

_ENDS = {Format.XML: b"</results>\n", Format.JSON: b"\n]}\n"}


class Rejects:
    """A context around the load's transaction: the file appears once that has committed.

    Nothing is left behind if the load fails, or if there was no bad row.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._stream: BinaryIO | None = None
        self._format = Format.CSV
        self._headings: Sequence[str] = ()
        self._delimiter = ","

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is None:
            return
        self._stream.write(_ENDS.get(self._format, b""))
        self._stream.close()
        if kind is None:
            self._part.replace(self.path)
        else:
            self._part.unlink()

    def describe(self, format: Format, headings: Sequence[str], delimiter: str) -> None:
        """The shape of the file that rows are rejected from."""
        self._format, self._headings, self._delimiter = format, headings, delimiter

    def add(self, line: int, row: Sequence[str], problem: Phrase) -> None:
        """One bad row; pictures are left out."""
        first = self._stream is None
        if self._stream is None:
            self._stream = self._part.open("wb")
        cells = [
            "" if column_of(heading) == PHOTO else cell
            for heading, cell in zip(self._headings, row, strict=False)
        ]
        cells += row[len(self._headings) :]
        write = {Format.CSV: self._csv, Format.XML: self._xml, Format.JSON: self._json}
        self._stream.write(write[self._format](cells, str(line), problem, first=first))

    def _csv(self, cells: list[str], line: str, problem: str, *, first: bool) -> bytes:
        text = io.StringIO()
        rows = csv.writer(text, delimiter=self._delimiter)
        if first:
            rows.writerow([*self._headings, "line", "problem"])
        missing = [""] * (len(self._headings) - len(cells))
        rows.writerow([*cells, *missing, line, problem])
        return text.getvalue().encode(errors="replace")

    def _xml(self, cells: list[str], line: str, problem: str, *, first: bool) -> bytes:
        named = zip([*self._headings, "line", "problem"], [*cells, line, problem], strict=True)
        leaves = "".join(
            f"<{name}>{escape(cell.translate(_NOT_XML))}</{name}>"
            for name, cell in named
            if "." not in name
        )
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<results>\n' if first else ""
        return f"{head}<result>{leaves}</result>\n".encode()

    def _json(self, cells: list[str], line: str, problem: str, *, first: bool) -> bytes:
        names = [*self._headings, "line", "problem"]
        record = dict(zip(names, [*cells, line, problem], strict=True))
        head = '{"results": [\n' if first else ",\n"
        return (head + json.dumps(record, ensure_ascii=False)).encode(errors="replace")
