"""Records of a JSON file: {"results": […]} as ours and the API's, a bare array, or JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

import ijson

from core.intake.encodings import Utf8

MOST_KEYS = 500


class Broken(Exception):  # noqa: N818  the file is, not the program
    """The file is no JSON that we read."""


def records(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and members of each record, as text; `photo: {data}` becomes `photo.data`."""
    try:
        prefix = _prefix(_utf8(stream, encoding))
        stream.seek(0)
        found = ijson.items(_utf8(stream, encoding), prefix, multiple_values=True)
        for number, record in enumerate(found, 1):
            yield number, _members(number, record)
    except (ijson.JSONError, UnicodeError) as error:
        raise Broken(_said(error)) from None


def _said(error: Exception) -> str:
    """The first line; the parser written in C gives bytes."""
    said = error.args[0] if error.args else ""
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(error)
    return text.partition("\n")[0]


def _utf8(stream: BinaryIO, encoding: str) -> Any:
    return stream if encoding == "utf-8" else Utf8(stream, encoding)


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
