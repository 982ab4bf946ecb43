"""A download's file as it goes with a message."""

from __future__ import annotations

import io

from sqlmodel import Session

from core.delivery import file_name
from core.exports.columns import Contents
from core.exports.write import MEDIA_TYPES, write
from core.notices import AttachedFile

MOST_BYTES = 20_000_000
"""What mail servers commonly take, before base64 makes a third more of it: larger files are
downloaded."""


class _TooLargeError(Exception):
    """The file will not be attached."""


def attached(session: Session, contents: Contents) -> AttachedFile | None:
    """The file, or None where it is larger than any surface takes."""
    stream = io.BytesIO()

    def look(_: int) -> None:
        if stream.tell() > MOST_BYTES:
            raise _TooLargeError

    try:
        write(session, contents, stream, progress=look)
    except _TooLargeError:
        return None
    return AttachedFile(file_name(contents), MEDIA_TYPES[contents.layout.format], stream.getvalue())
