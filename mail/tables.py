"""Tables in plain text, whose columns stand one below the other in any fixed-width font."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side, the first row being the headings."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def width_of(cell: str) -> int:
    """How many letters' room it takes: a Korean name takes two a letter, an accent none."""
    return sum(2 if east_asian_width(one) in "WF" else not combining(one) for one in cell)


def text_card(rows: Sequence[Sequence[str]]) -> str:
    """Labels and their values; values that are blank are left out."""
    shown = [(label, value) for label, value in rows if value]
    width = max((len(label) for label, _ in shown), default=0)
    return "\n".join(f"{label}: {' ' * (width - len(label))}{value}" for label, value in shown)
