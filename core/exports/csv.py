"""CSV: UTF-8, RFC 4180, CRLF, minimal quoting; a byte-order mark only if the template asks.

Whether a column needs quotes is asked once for all its cells together, which leaves most columns
alone and makes joining them the only work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from core.exports.columns import FREE_TEXT, Cells
from core.fields import CatalogueField, headings
from core.formulas import FORMULA
from core.layouts import Layout

_BEGINNINGS = frozenset("'=+-@\t\r")
_FORMULAS = re.compile(rf"\n{FORMULA}")
_FORMULAS_NO_TELEPHONES = re.compile(rf"\n(?![+\-][0-9 ().\-/]*\n){FORMULA}")
"""Among cells that each stand on a line; telephone numbers begin with +, which is no formula."""


def encoded(layout: Layout, chunks: Iterable[list[Cells]]) -> Iterator[bytes]:
    """The file in pieces."""
    if layout.byte_order_mark:
        yield b"\xef\xbb\xbf"
    yield (",".join(headings(layout.fields)) + "\r\n").encode()
    writers = [_writer(layout, field) for field in layout.fields for _ in field.headings]
    for columns in chunks:
        cells = [write(column) for write, column in zip(writers, columns, strict=True)]
        if len(cells) == 1:
            cells = [[cell or '""' for cell in cells[0]]]  # a blank line would be no record
        yield ("\r\n".join(map(",".join, zip(*cells, strict=True))) + "\r\n").encode()


def _writer(layout: Layout, field: CatalogueField) -> Callable[[Cells], Cells]:
    """A column's writer: quotes and formulas can only stand where a person wrote freely."""
    if field.kind not in FREE_TEXT:
        return lambda column: column
    if not layout.spreadsheet_safe:
        return _quoted
    formulas = _FORMULAS_NO_TELEPHONES if field.heading == "Telephone" else _FORMULAS
    return lambda column: _quoted(_neutral(column, formulas))


def _neutral(column: Cells, formulas: re.Pattern[str]) -> Cells:
    if not formulas.search("\n" + "\n".join(column) + "\n"):
        return column
    return [
        f"'{cell}" if cell[:1] in _BEGINNINGS and formulas.match(f"\n{cell}\n") else cell
        for cell in column
    ]


def _quoted(column: Cells) -> Cells:
    cells = "\0".join(column)  # no record holds this character
    if '"' not in cells and "," not in cells and "\n" not in cells and "\r" not in cells:
        return column
    return [
        f'"{cell}"' if '"' in cell or "," in cell or "\n" in cell or "\r" in cell else cell
        for cell in cells.replace('"', '""').split("\0")
    ]
