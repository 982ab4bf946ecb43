"""XML: <results>, one <result> a record, one element a heading, in the template's order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from xml.sax.saxutils import escape

from core.exports.columns import Cells, is_free_text
from core.fields import headings
from core.layouts import Layout

_ESCAPED = re.compile(r"[&<>\r]")


def encoded(layout: Layout, chunks: Iterable[list[Cells]]) -> Iterator[bytes]:
    """The file in pieces."""
    tags = _tags(headings(layout.fields))
    free = is_free_text(layout)
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<results>\n'
    for columns in chunks:
        cells = [
            _escaped(column) if is_free else column
            for column, is_free in zip(columns, free, strict=True)
        ]
        yield _joined(tags, cells).encode()
    yield b"</results>\n"


def _tags(names: Sequence[str]) -> list[str]:
    """What stands before each value, and after the last one."""
    between = [f"</{before}><{name}>" for before, name in zip(names, names[1:], strict=False)]
    return [f"<result><{names[0]}>", *between, f"</{names[-1]}></result>\n"]


def _joined(tags: list[str], cells: Sequence[Sequence[str]]) -> str:
    """All pieces in one go, which beats a template filled for each record."""
    *before, end = map(repeat, tags)
    columns = chain.from_iterable(zip(before, cells, strict=True))
    return "".join(chain.from_iterable(zip(*columns, end, strict=False)))


def _escaped(column: Cells) -> Sequence[str]:
    if not _ESCAPED.search("".join(column)):
        return column
    return [escape(cell, {"\r": "&#13;"}) for cell in column]
