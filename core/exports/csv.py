"""CSV: UTF-8, RFC 4180, CRLF, minimal quoting; a byte-order mark only if the template asks.

Whether a column needs quotes is asked once for all its cells together, which leaves most columns
alone and makes joining them the only work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from core.exports.columns import Cells, is_free_text
from core.fields import headings
from core.layouts import Layout

_QUOTED = re.compile(r'[",\r\n]')
_FORMULA = re.compile(r"^'*[=+\-@\t\r]")
_FORMULA_SOMEWHERE = re.compile(r"^'*[=+\-@\t\r]", re.MULTILINE)
_NEUTRALISED = re.compile(r"^'(?='*[=+\-@\t\r])")


def neutralised(text: str) -> str:
    """A cell that a spreadsheet takes for text, not for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """What a neutralised cell was before; any other cell as it is."""
    return _NEUTRALISED.sub("", text)


def encoded(layout: Layout, chunks: Iterable[list[Cells]]) -> Iterator[bytes]:
    """The file in pieces."""
    if layout.byte_order_mark:
        yield b"\xef\xbb\xbf"
    yield (",".join(headings(layout.fields)) + "\r\n").encode()
    writers = _writers(layout)
    for columns in chunks:
        cells = [write(column) for write, column in zip(writers, columns, strict=True)]
        if len(cells) == 1:
            cells = [[cell or '""' for cell in cells[0]]]  # a blank line would be no record
        yield ("\r\n".join(map(",".join, zip(*cells, strict=True))) + "\r\n").encode()


def _writers(layout: Layout) -> list[Callable[[Cells], Sequence[str]]]:
    """How each column is written; a formula can only stand where a person wrote freely.

    Telephone numbers begin with a plus, and no spreadsheet makes more of them than a number.
    """
    free = zip(headings(layout.fields), is_free_text(layout), strict=True)
    return [
        _as_it_is
        if not is_free
        else _quoted
        if heading == "Telephone" or not layout.spreadsheet_safe
        else lambda column: _quoted(_neutral(column))
        for heading, is_free in free
    ]


def _as_it_is(column: Cells) -> Sequence[str]:
    return column


def _neutral(column: Cells) -> Sequence[str]:
    if _FORMULA_SOMEWHERE.search("\n".join(column)):
        return [neutralised(cell) for cell in column]
    return column


def _quoted(column: Cells) -> Sequence[str]:
    if not _QUOTED.search("".join(column)):
        return column
    return [
        '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in column
    ]
