"""What a file is, told by its bytes: never by its name."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from core.refusals import usage
from core.terms import Format

BLOCK = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(stream: BinaryIO) -> str:
    """UTF-8 or UTF-16 with or without a mark, else Windows-1252; leaves the stream at its start."""
    stream.seek(0)
    head = stream.read(400)
    stream.seek(0)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8" if _is_utf8(stream) else "cp1252"


def format_of(stream: BinaryIO, encoding: str) -> Format:
    """By the first character that is not a blank; leaves the stream at its start."""
    stream.seek(0)
    head = stream.read(4096).decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    stream.seek(0)
    if not head:
        raise usage("file_empty", "The file is empty. Nothing was changed.")
    return {"<": Format.XML, "{": Format.JSON, "[": Format.JSON}.get(head[0], Format.CSV)


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := stream.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True


class Utf8:
    """A stream in any encoding, read as UTF-8; raises UnicodeError where it is broken."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream, self._decoder = stream, codecs.getincrementaldecoder(encoding)()

    def read(self, size: int = -1) -> bytes:
        """About so many bytes, none only at the end."""
        text = b""
        while not text:
            block = self._stream.read(size)
            text = self._decoder.decode(block, final=not block).encode()
            if not block:
                break
        return text
