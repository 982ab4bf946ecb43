"""XML: <results>, one <result> a record, one element a heading, in the template's order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from core.exports.columns import Cells
from core.fields import headings
from core.layouts import Layout

_ESCAPED = re.compile(r"[&<>\r]")


def encoded(layout: Layout, chunks: Iterable[list[Cells]]) -> Iterator[bytes]:
    """The file in pieces."""
    names = headings(layout.fields)
    record = "<result>" + "".join(f"<{name}>%s</{name}>" for name in names) + "</result>\n"
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<results>\n'
    for columns in chunks:
        cells = [_escaped(column) for column in columns]
        yield "".join(map(record.__mod__, zip(*cells, strict=True))).encode()
    yield b"</results>\n"


def _escaped(column: Cells) -> Sequence[str]:
    if not _ESCAPED.search("".join(column)):
        return column
    return [escape(cell, {"\r": "&#13;"}) for cell in column]
