"""One function for every answer, by its type; each topic registers its own in its own file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from core.phrases import in_language
from core.terms import Language


@singledispatch
def text(answer: object, language: Language) -> str:
    """The answer in a person's language, without a newline at the end."""
    raise TypeError(type(answer).__name__, language, "has no text")


def table(rows: Sequence[Sequence[str]], language: Language) -> str:
    """Columns side by side, the first row being the headings; nothing is cut or wrapped."""
    cells = [[in_language(cell, language) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def card(title: str, rows: Sequence[tuple[str, str]], language: Language) -> str:
    """A heading and labelled values below it; values that are blank are left out."""
    shown = [(in_language(label, language), value) for label, value in rows if value]
    width = max((len(label) for label, _ in shown), default=0)
    lines = [f"  {label.ljust(width)}  {in_language(value, language)}" for label, value in shown]
    return "\n".join([in_language(title, language), *lines])
