"""Bars of characters, for wherever there are only characters."""

from __future__ import annotations

from collections.abc import Sequence

EIGHTHS = " ▏▎▍▌▋▊▉"
WIDTH = 24


def text_bars(bars: Sequence[tuple[str, int]], width: int = WIDTH) -> str:
    """Label, bar and count, a line each; the longest bar is as wide as said."""
    most = max((count for _, count in bars), default=0) or 1
    widest = max((len(label) for label, _ in bars), default=0)
    figures = max((len(str(count)) for _, count in bars), default=0)
    return "\n".join(
        f"{label.ljust(widest)}  {count:>{figures}}  {_bar(count * width * 8 // most)}".rstrip()
        for label, count in bars
    )


def _bar(eighths: int) -> str:
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
