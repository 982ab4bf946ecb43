"""Records of a JSON file: {"results": […]} as ours and the API's, a bare array, or JSON lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

import ijson

from core.intake.encodings import Utf8

MOST_KEYS = 500
DEEPEST = 20
MOST_DIGITS = 1000


class Broken(Exception):  # noqa: N818  the file is, not the program
    """The file is no JSON that we read."""


def records(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and members of each record, as text; `photo: {data}` becomes `photo.data`."""
    try:
        prefix = _prefix(_guarded(stream, encoding))
        stream.seek(0)
        found = ijson.items(_guarded(stream, encoding), prefix, multiple_values=True)
        for number, record in enumerate(found, 1):
            yield number, _members(number, record)
    except (ijson.JSONError, UnicodeError) as error:
        raise Broken(_said(error)) from None


def _said(error: Exception) -> str:
    """The first line; the parser written in C gives bytes."""
    said = error.args[0] if error.args else ""
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(error)
    return text.partition("\n")[0]


def _guarded(stream: BinaryIO, encoding: str) -> _Guarded:
    return _Guarded(stream if encoding == "utf-8" else Utf8(stream, encoding))


class _Guarded:
    """UTF-8 on its way to ijson, which hangs on deep nesting and crashes on endless numbers."""

    def __init__(self, stream: BinaryIO | Utf8) -> None:
        self._stream = stream
        self._depth, self._in_string, self._escaped = 0, False, False

    def read(self, size: int = -1) -> bytes:
        """As the stream's; raise Broken for what no list of results holds."""
        block = self._stream.read(size)
        self._look_at(block)
        return block

    def _look_at(self, block: bytes) -> None:
        plain = _ESCAPES.sub(b"", block[self._escaped and bool(block) :])
        self._escaped = plain.endswith(b"\\")
        pieces = plain.split(b'"')
        outside = pieces[self._in_string :: 2]
        self._in_string ^= len(pieces) % 2 == 0
        if any(len(one) > MOST_DIGITS and _ENDLESS.search(one) for one in outside):
            raise Broken("a number is too long")
        for one in b"".join(outside).translate(None, _NO_BRACKETS):
            self._depth += 1 if one in b"[{" else -1
            if self._depth > DEEPEST:
                raise Broken("values lie too deep in one another")


_ESCAPES = re.compile(rb"\\.", re.DOTALL)
_ENDLESS = re.compile(rb"[0-9]{%d}" % MOST_DIGITS)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _prefix(stream: Any) -> str:
    """Where the records lie: asked of the outermost value's first members."""
    for prefix, event, value in ijson.parse(stream, multiple_values=True):
        if not prefix and event == "start_array":
            return "item"
        if not prefix and event == "map_key" and value == "results":
            return "results.item"
        if not prefix and event == "end_map":
            return ""
    return ""


def _members(number: int, record: object) -> dict[str, str]:
    if not isinstance(record, dict):
        raise Broken(f"record {number} is not an object")
    found: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found |= {f"{key}.{inner}": _text(number, key, one) for inner, one in value.items()}
        else:
            found[key] = _text(number, key, value)
    if len(found) > MOST_KEYS:
        raise Broken(f"record {number} has too many members")
    return found


def _text(number: int, key: str, value: object) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            raise Broken(f"{key} of record {number} is neither text nor a number")
        case int() | Decimal():
            return str(value)
    raise Broken(f"{key} of record {number} is neither text nor a number")
