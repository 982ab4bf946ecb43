"""Bar charts as a PNG. The drawing library is imported when something is first drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from core.picture_words import DASH, Panel

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

Bars = Sequence[tuple[str, int]]

WIDTH, MARGIN, GAP = 1200, 32, 56
"""In pixels of a screen with two for each that the letter shows."""
TITLE, HEADING, LABEL = 44, 32, 27
COLUMN_HEIGHT, COLUMN_WIDTH, METER_HEIGHT, METER_ROW = 240, 96, 26, 84
FEW = 3
"""Up to so many bars lie, with their labels above them, and two such panels share a row."""

PAPER, INK, QUIET, RAIL, BAR = "#ffffff", "#1d2129", "#555b66", "#e6e9ee", "#2563a8"
COLOURS = 32


@lru_cache(maxsize=8)
def drawn(title: str, panels: tuple[Panel, ...]) -> bytes:
    """A PNG of the panels under a title; the same for all who are told the same."""
    from PIL import Image, ImageDraw

    rows = _rows(panels)
    top = MARGIN + TITLE + GAP - 8
    height = top + sum(_height(row) + GAP for row in rows) - GAP + MARGIN
    image = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(image)
    _write(pen, (MARGIN, MARGIN), title, TITLE, bold=True)
    for row in rows:
        room = (WIDTH - 2 * MARGIN - GAP * (len(row) - 1)) // len(row)
        for place, panel in enumerate(row):
            _panel(pen, panel, MARGIN + place * (room + GAP), top, room)
        top += _height(row) + GAP
    stream = io.BytesIO()
    image.quantize(COLOURS).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _rows(panels: Sequence[Panel]) -> list[list[Panel]]:
    rows: list[list[Panel]] = []
    for panel in panels:
        if rows and _lies(panel) and len(rows[-1]) == 1 and _lies(rows[-1][0]):
            rows[-1].append(panel)
        else:
            rows.append([panel])
    return rows


def _lies(panel: Panel) -> bool:
    return len(panel.bars) <= FEW


def _height(row: Sequence[Panel]) -> int:
    heading = HEADING + GAP // 2
    if _lies(row[0]):
        return heading + METER_ROW * max(len(panel.bars) for panel in row)
    return heading + LABEL + COLUMN_HEIGHT + 3 * LABEL


def _panel(pen: ImageDraw, panel: Panel, left: int, top: int, room: int) -> None:
    _write(pen, (left, top), panel.title, HEADING, bold=True)
    draw = _meters if _lies(panel) else _columns
    draw(pen, panel.bars, left, top + HEADING + GAP // 2, room)


def _columns(pen: ImageDraw, bars: Bars, left: int, top: int, room: int) -> None:
    most = max(count for _, count in bars)
    slot, foot = room / len(bars), top + LABEL + COLUMN_HEIGHT
    for place, (name, count) in enumerate(bars):
        label = _fitting(pen, name.replace(DASH, "-"), slot)
        centre = left + slot * (place + 0.5)
        half = min(COLUMN_WIDTH, slot * 0.62) / 2
        head = foot - COLUMN_HEIGHT * count / most
        if count:
            box = (centre - half, min(head, foot - 4), centre + half, foot)
            pen.rounded_rectangle(box, 8, fill=BAR, corners=(True, True, False, False))
        _write(pen, (centre, head - 8), str(count), LABEL, anchor="ms", bold=bool(count))
        _write(pen, (centre, foot + 16), label, LABEL, QUIET, "ma")
    pen.line((left, foot, left + room, foot), fill=QUIET, width=2)


def _meters(pen: ImageDraw, bars: Bars, left: int, top: int, room: int) -> None:
    most = max(count for _, count in bars)
    for place, (label, count) in enumerate(bars):
        row = top + place * METER_ROW
        _write(pen, (left, row), label, LABEL, QUIET)
        _write(pen, (left + room, row), str(count), LABEL, anchor="ra", bold=True)
        rail = (left, row + LABEL + 10, left + room, row + LABEL + 10 + METER_HEIGHT)
        pen.rounded_rectangle(rail, 8, fill=RAIL)
        if count:
            long = max(room * count / most, 16)
            pen.rounded_rectangle((*rail[:2], left + long, rail[3]), 8, fill=BAR)


def _fitting(pen: ImageDraw, label: str, room: float) -> str:
    """In two lines where it is wider than its column's place."""
    if pen.textlength(label, font=_font(LABEL)) <= room - 8:
        return label
    return label.replace("-", "-\n", 1) if "-" in label else label.replace(" ", "\n", 1)


def _write(
    pen: ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    colour: str = INK,
    anchor: str = "la",
    *,
    bold: bool = False,
) -> None:
    """`bold` by an outline, and no dashes: the library's own font has one weight and few signs."""
    pen.text(
        at,
        text.replace(DASH, "-"),
        colour,
        _font(size),
        anchor,
        align="center",
        stroke_width=size / 60 if bold else 0,
        stroke_fill=colour,
    )


@lru_cache(maxsize=8)
def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL.ImageFont import load_default

    return load_default(size)
