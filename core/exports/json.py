"""JSON: {"results": […]}, members in the template's order, all values strings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import starmap

import msgspec

from core.exports.columns import Cells
from core.fields import headings
from core.layouts import Layout


def encoded(layout: Layout, chunks: Iterable[list[Cells]]) -> Iterator[bytes]:
    """The file in pieces."""
    record = msgspec.defstruct(
        "Record", [(heading, str) for heading in headings(layout.fields)], gc=False
    )
    encoder = msgspec.json.Encoder()
    yield b'{"results": ['
    between = b"\n"
    for columns in chunks:
        array = encoder.encode(list(starmap(record, zip(*columns, strict=True))))
        yield between + array[1:-1]
        between = b",\n"
    yield b"\n]}\n"
