"""CSV: UTF-8, RFC 4180, CRLF, minimal quoting; a byte-order mark only if the template asks.

Whether a column needs quotes is asked once for all its cells together, which leaves most columns
alone and makes joining them the only work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from core.exports.columns import Cells
from core.fields import CatalogueField, Kind, headings
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
    guarded = _guarded(layout)
    for columns in chunks:
        cells = [
            _quoted(_neutral(column) if guard else column)
            for column, guard in zip(columns, guarded, strict=True)
        ]
        if len(cells) == 1:
            cells = [[cell or '""' for cell in cells[0]]]  # a blank line would be no record
        yield ("\r\n".join(map(",".join, zip(*cells, strict=True))) + "\r\n").encode()


def _guarded(layout: Layout) -> list[bool]:
    """Which columns hold free text that a person could have written a formula into."""
    return [
        layout.spreadsheet_safe and _is_free_text(field)
        for field in layout.fields
        for _ in field.headings
    ]


def _is_free_text(field: CatalogueField) -> bool:
    return field.kind in {Kind.TEXT, Kind.EMAIL, Kind.POSTAL} and field.heading != "Telephone"


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
