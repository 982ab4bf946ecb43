"""Tables in plain text, whose columns stand one below the other in any fixed-width font."""

from __future__ import annotations

from collections.abc import Sequence


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side, the first row being the headings."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def text_card(rows: Sequence[Sequence[str]]) -> str:
    """Labels and their values; values that are blank are left out."""
    shown = [(label, value) for label, value in rows if value]
    width = max((len(label) for label, _ in shown), default=0)
    return "\n".join(f"{label}: {' ' * (width - len(label))}{value}" for label, value in shown)
