"""Blocks without anything that Slack could refuse."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import charts
from bot.blocks.kit import MOST_BLOCKS, Block, escaped, section


def simpler(blocks: Sequence[Block]) -> list[Block]:
    """The same as sections only, for when Slack refuses the blocks."""
    texts = [text for block in blocks for text in _texts(block)]
    kept = [section(text) for text in texts if text.strip()]
    buttons = [block for block in blocks if block["type"] == "actions"]
    return [*kept[: MOST_BLOCKS - len(buttons)], *buttons] if kept else buttons


def _texts(block: Block) -> list[str]:
    match block["type"]:
        case "section":
            parts = [block.get("text"), *block.get("fields", [])]
            return [part["text"] for part in parts if part]
        case "header":
            return [f"*{escaped(block['text']['text'])}*"]
        case "context":
            return [part["text"] for part in block["elements"]]
        case "table":
            rows = [" · ".join(cell["text"] for cell in row) for row in block["rows"]]
            return [escaped("\n".join(rows))]
        case charts.CHART:
            return [charts.chart_text(block)]
        case _:
            return []
