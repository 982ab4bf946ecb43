"""XML: <results>, one <result> a record, one element a heading, in the template's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise, repeat
from xml.sax.saxutils import escape

from core.exports.columns import FREE_TEXT, Cells
from core.fields import headings
from core.layouts import Layout


def encoded(layout: Layout, chunks: Iterable[list[Cells]]) -> Iterator[bytes]:
    """The file in pieces."""
    tags = _tags(headings(layout.fields))
    free = [field.kind in FREE_TEXT for field in layout.fields for _ in field.headings]
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
    between = [f"</{before}><{name}>" for before, name in pairwise(names)]
    return [f"<result><{names[0]}>", *between, f"</{names[-1]}></result>\n"]


def _joined(tags: list[str], cells: Sequence[Sequence[str]]) -> str:
    """All pieces in one go, which beats a template filled for each record."""
    *before, end = map(repeat, tags)
    columns = chain.from_iterable(zip(before, cells, strict=True))
    return "".join(chain.from_iterable(zip(*columns, end, strict=False)))


def _escaped(column: Cells) -> Cells:
    cells = "\0".join(column)  # no record holds this character
    if "&" not in cells and "<" not in cells and ">" not in cells and "\r" not in cells:
        return column
    return escape(cells, {"\r": "&#13;"}).split("\0")
