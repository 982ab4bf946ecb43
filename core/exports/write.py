"""A download's file, written on demand: nothing is stored but what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from sqlmodel import Session

from core.exports import csv, json, xml
from core.exports.columns import Cells, Contents, chunks
from core.terms import Format

ENCODERS = {Format.CSV: csv.encoded, Format.JSON: json.encoded, Format.XML: xml.encoded}
MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.JSON: "application/json",
    Format.XML: "application/xml",
}


def write(
    session: Session,
    contents: Contents,
    stream: BinaryIO,
    *,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Stream the file in constant memory; give the number of records written.

    `progress` hears how many are written so far.
    """
    count = _Count(progress)
    encode = ENCODERS[contents.layout.format]
    stream.writelines(encode(contents.layout, count.through(chunks(session, contents))))
    return count.records


def pieces(session: Session, contents: Contents) -> Iterator[bytes]:
    """The file for whoever sends it on as it is made."""
    return ENCODERS[contents.layout.format](contents.layout, chunks(session, contents))


def sizes(session: Session, contents: Contents, grain: int) -> Iterator[tuple[int, int]]:
    """Records and bytes of the file, some at a time; no records for what stands around them."""
    noted: list[int] = []

    def noting() -> Iterator[list[Cells]]:
        for columns in chunks(session, contents, grain):
            noted.append(len(columns[0]))
            yield columns

    for piece in ENCODERS[contents.layout.format](contents.layout, noting()):
        yield noted.pop() if noted else 0, len(piece)


class _Count:
    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self.records = 0
        self._progress = progress

    def through(self, columns: Iterable[list[Cells]]) -> Iterator[list[Cells]]:
        for chunk in columns:
            yield chunk
            self.records += len(chunk[0])
            if self._progress is not None:
                self._progress(self.records)
