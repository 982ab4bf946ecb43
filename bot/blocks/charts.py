"""Bar charts, which Slack draws since June 2026, and the same as characters where it does not."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.kit import Block, cut, escaped
from core.bars import text_bars

CHART = "data_visualization"
MOST_CHARTS = 2
"""On one message."""
MOST_BARS = 20
LONGEST_TITLE, LONGEST_LABEL = 50, 20


def chart(title: str, heads: tuple[str, str], bars: Sequence[tuple[str, int]]) -> Block:
    """Columns of counts; `heads` name what stands below them and what is counted."""
    shown = [(cut(label, LONGEST_LABEL), count) for label, count in bars[:MOST_BARS]]
    below, counted = heads
    return {
        "type": CHART,
        "title": cut(title, LONGEST_TITLE),
        "chart": {
            "type": "bar",
            "series": [
                {
                    "name": cut(counted, LONGEST_LABEL),
                    "data": [{"label": label, "value": count} for label, count in shown],
                }
            ],
            "axis_config": {
                "categories": [label for label, _ in shown],
                "x_label": cut(below, LONGEST_TITLE),
                "y_label": cut(counted, LONGEST_TITLE),
            },
        },
    }


def chart_text(block: Block) -> str:
    """A chart as mark-up of characters."""
    (series,) = block["chart"]["series"]
    bars = [(one["label"], one["value"]) for one in series["data"]]
    return f"*{escaped(block['title'])}*\n```{escaped(text_bars(bars))}```"
