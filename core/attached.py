"""A download's file as it goes with a message, in parts where one message cannot carry it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from sqlmodel import Session

from core.delivery import file_name
from core.exports.columns import Contents, Part, result_at
from core.exports.write import MEDIA_TYPES, sizes, write
from core.notices import AttachedFile

MOST_BYTES = 20_000_000
"""What mail servers commonly take, before base64 makes a third more of it."""

MOST_PARTS = 10
"""More letters than that are of no use to anybody: the file is downloaded."""

GRAIN = 100
"""Records that stay together; photos are cut one by one, since each may have megabytes."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to go with a letter, and what of it follows in letters of its own."""

    file: AttachedFile
    rest: tuple[Contents, ...] = ()

    @property
    def parts(self) -> int:
        """How many letters it takes."""
        return 1 + len(self.rest)


class _TooLargeError(Exception):
    """The file will not be attached."""


def attached(session: Session, contents: Contents) -> AttachedFile | None:
    """The file, or None where it is larger than any message takes."""
    stream = io.BytesIO()

    def look(_: int = 0) -> None:
        if stream.tell() > MOST_BYTES:
            raise _TooLargeError

    try:
        write(session, contents, stream, progress=look)
        look()
    except _TooLargeError:
        return None
    return AttachedFile(file_name(contents), MEDIA_TYPES[contents.layout.format], stream.getvalue())


def enclosed(session: Session, contents: Contents) -> Enclosure | None:
    """The file, cut between records where it must be; None where it takes too many letters."""
    whole = attached(session, contents)
    if whole is not None:
        return Enclosure(whole)
    first, *rest = _parts(session, contents) or [contents]
    file = attached(session, first)
    return None if file is None else Enclosure(file, tuple(rest))


def _parts(session: Session, contents: Contents) -> list[Contents]:
    """Each a whole file of its own; none where there would be too many."""
    counts = _counts(list(_sized(session, contents)))
    ids = [0, *(result_at(session, contents, end - 1) for end in accumulate(counts))]
    return [
        replace(contents, part=Part(n, len(counts), ids[n - 1], ids[n]))
        for n in range(1, len(counts) + 1)
    ]


def _counts(sized: Sequence[tuple[int, int]]) -> list[int]:
    """How many records each part takes, as many as have room; [] for too many parts."""
    room = MOST_BYTES - sum(size for records, size in sized if not records)
    pieces = [one for one in sized if one[0]]
    if not pieces or max(size for _, size in pieces) > room:
        return []
    counts, left = [0], room
    for records, size in pieces:
        if size > left:
            counts.append(0)
            left = room
        counts[-1] += records
        left -= size
    return counts if len(counts) <= MOST_PARTS else []


def _sized(session: Session, contents: Contents) -> Iterator[tuple[int, int]]:
    """The sizes of the file's pieces, as far as it is worth to look."""
    total = 0
    for records, size in sizes(session, contents, 1 if contents.layout.has_photos else GRAIN):
        total += size
        yield records, size
        if total > MOST_BYTES * MOST_PARTS:
            return
