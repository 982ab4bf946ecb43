"""What Slack refuses as `invalid_blocks`: its documented limits, as data and a walk over dicts.

Lengths count code points. The surface is `message`, `modal` or `home`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Block = dict[str, Any]
Problems = Iterator[str]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
LONGEST_ID = 255
LONGEST_METADATA = 3000
LONGEST_TITLE = 24
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 100, 20, 10_000

MOST_OF = {"table": 1, "data_visualization": 2}
"""On one message."""
CHART_TITLE, CHART_LABEL, CHART_BARS, CHART_SERIES = 50, 20, 20, 6

ELEMENTS: dict[str, dict[str, int]] = {
    "button": {"value": 2000, "url": 3000},
    "overflow": {"options": 5},
    "static_select": {"options": 100, "placeholder": 150},
    "multi_static_select": {"options": 100, "placeholder": 150},
    "radio_buttons": {"options": 10},
    "checkboxes": {"options": 10},
    "plain_text_input": {"placeholder": 150, "initial_value": 3000},
    "email_text_input": {"placeholder": 150},
    "datepicker": {"placeholder": 150},
    "timepicker": {"placeholder": 150},
    "conversations_select": {"placeholder": 150},
    "file_input": {},
}
"""The longest of each part of an element; `options` counts."""

IN_ACTIONS = {"button", "overflow", "static_select", "radio_buttons", "checkboxes", "datepicker"}
ACCESSORIES = IN_ACTIONS | {"multi_static_select", "timepicker"}
OPTION_PARTS = {"text": 75, "description": 75}
CONFIRM_PARTS = {"title": 100, "text": 300, "confirm": 30, "deny": 30}


def message_problems(message: dict[str, Any]) -> list[str]:
    """What is wrong with a message that is posted or answered."""
    blocks = message.get("blocks")
    if blocks is None:
        return [] if message.get("text") else ["no_text"]
    found = list(_blocks(blocks, "message"))
    if not message.get("text"):
        found.append("no text: notifications and screen readers have nothing to say")
    return found


def view_problems(view: dict[str, Any]) -> list[str]:
    """What is wrong with a modal or a Home tab."""
    kind = view.get("type", "")
    if kind not in {"modal", "home"}:
        return [f"view.type {kind!r}"]
    found = list(_blocks(view.get("blocks", []), kind))
    found += _too_long(view, "private_metadata", LONGEST_METADATA)
    found += _too_long(view, "callback_id", LONGEST_ID)
    if kind == "home":
        found += [f"home.{part}" for part in ("title", "submit", "close") if part in view]
        return found
    if "title" not in view:
        found.append("modal without title")
    for part in ("title", "submit", "close"):
        found += _text(view.get(part), part, LONGEST_TITLE, plain=True, optional=part != "title")
    if any(block.get("type") == "input" for block in view["blocks"]) and "submit" not in view:
        found.append("input without submit")
    return found


def _blocks(blocks: Any, surface: str) -> Problems:
    if not isinstance(blocks, list):
        yield "blocks is no list"
        return
    if len(blocks) > MOST_BLOCKS[surface]:
        yield f"{len(blocks)} blocks on a {surface}"
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {one} {n} times" for one, n in ids.items() if n > 1)
    kinds = Counter(block.get("type") for block in blocks)
    for kind, most in MOST_OF.items():
        if kinds[kind] > most:
            yield f"{kinds[kind]} blocks of type {kind}"
    for place, block in enumerate(blocks):
        for problem in _block(block, surface):
            yield f"blocks[{place}] {block.get('type')}: {problem}"


def _block(block: Block, surface: str) -> Problems:
    kind = block.get("type", "")
    if kind not in BLOCKS:
        yield "unknown type"
        return
    allowed, check = BLOCKS[kind]
    if surface not in allowed:
        yield f"not on a {surface}"
    yield from _too_long(block, "block_id", LONGEST_ID)
    yield from check(block)


def _section(block: Block) -> Problems:
    if "text" not in block and "fields" not in block:
        yield "neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], "text", 3000)
    fields = block.get("fields", [])
    if "fields" in block and not 1 <= len(fields) <= 10:  # noqa: PLR2004  Slack's
        yield f"{len(fields)} fields"
    for one in fields:
        yield from _text(one, "field", 2000)
    if "accessory" in block:
        yield from _element(block["accessory"], ACCESSORIES)


def _header(block: Block) -> Problems:
    yield from _text(block.get("text"), "text", 150, plain=True)


def _context(block: Block) -> Problems:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:  # noqa: PLR2004
        yield f"{len(elements)} elements"
    for one in elements:
        yield from _text(one, "element", 3000)


def _actions(block: Block) -> Problems:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:  # noqa: PLR2004
        yield f"{len(elements)} elements"
    ids = Counter(one.get("action_id") for one in elements)
    yield from (f"action_id {one} {n} times" for one, n in ids.items() if n > 1)
    for one in elements:
        yield from _element(one, IN_ACTIONS)


def _input(block: Block) -> Problems:
    yield from _text(block.get("label"), "label", 2000, plain=True)
    yield from _text(block.get("hint"), "hint", 2000, plain=True, optional=True)
    yield from _element(block.get("element", {}), ELEMENTS.keys() - {"button", "overflow"})


def _table(block: Block) -> Problems:
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= TABLE_ROWS:
        yield f"{len(rows)} rows"
    if any(not 1 <= len(row) <= TABLE_COLUMNS for row in rows):
        yield "too many columns, or none"
    cells = [cell for row in rows for cell in row]
    if any(cell.get("type") != "raw_text" or not cell.get("text") for cell in cells):
        yield "a cell without text"
    if sum(len(cell.get("text", "")) for cell in cells) > TABLE_CHARACTERS:
        yield "too many characters"
    if len({len(row) for row in rows}) > 1:
        yield "rows of different length"


def _chart(block: Block) -> Problems:
    """Only the bar chart, which is all that we use."""
    if not 1 <= len(block.get("title", "")) <= CHART_TITLE:
        yield "title"
    chart = block.get("chart", {})
    series, axis = chart.get("series", []), chart.get("axis_config", {})
    if chart.get("type") != "bar" or not 1 <= len(series) <= CHART_SERIES:
        yield "no bar chart"
    if max(len(axis.get(part, "")) for part in ("x_label", "y_label")) > CHART_TITLE:
        yield "an axis title is too long"
    for one in series:
        labels = [point.get("label", "") for point in one.get("data", [])]
        if labels != axis.get("categories") or not 1 <= len(labels) <= CHART_BARS:
            yield "data that is not the categories'"
        if any(not 1 <= len(label) <= CHART_LABEL for label in (one.get("name", ""), *labels)):
            yield "a label is too long, or blank"
        if not all(isinstance(point.get("value"), int | float) for point in one["data"]):
            yield "a value that is no number"


def _nothing(_: Block) -> Problems:
    yield from ()


BLOCKS: dict[str, tuple[set[str], Callable[[Block], Problems]]] = {
    "section": ({"message", "modal", "home"}, _section),
    "header": ({"message", "modal", "home"}, _header),
    "context": ({"message", "modal", "home"}, _context),
    "actions": ({"message", "modal", "home"}, _actions),
    "divider": ({"message", "modal", "home"}, _nothing),
    "input": ({"modal", "home", "message"}, _input),
    "table": ({"message"}, _table),
    "data_visualization": ({"message"}, _chart),
}
"""The surfaces of each block that we know of, and its own rules."""


def _element(element: Block, allowed: Any) -> Problems:
    kind = element.get("type", "")
    if kind not in ELEMENTS or kind not in allowed:
        yield f"element {kind!r} here"
        return
    yield from _too_long(element, "action_id", LONGEST_ID)
    if kind == "button":
        yield from _text(element.get("text"), "button", 75, plain=True)
        if element.get("style") not in {None, "primary", "danger"}:
            yield "button.style"
    for part, most in ELEMENTS[kind].items():
        if part == "options":
            yield from _options(element, most)
        elif part == "placeholder":
            yield from _text(element.get(part), part, most, plain=True, optional=True)
        else:
            yield from _too_long(element, part, most)
    if "confirm" in element:
        for part, most in CONFIRM_PARTS.items():
            optional = part in {"confirm", "deny"}
            yield from _text(element["confirm"].get(part), part, most, optional=optional)


def _options(element: Block, most: int) -> Problems:
    options = element.get("options", [])
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options"
    values = Counter(one.get("value") for one in options)
    yield from (f"option {one!r} {n} times" for one, n in values.items() if n > 1)
    for one in options:
        yield from _too_long(one, "value", 150)
        for part, longest in OPTION_PARTS.items():
            yield from _text(one.get(part), part, longest, optional=part != "text")
    initial = element.get("initial_options", [])
    if "initial_options" in element and not initial:
        yield "initial_options is empty"
    chosen = [element["initial_option"]] if "initial_option" in element else initial
    if any(one not in options for one in chosen):
        yield "an initial option that is not offered"


def _text(
    text: Any, name: str, most: int, *, plain: bool = False, optional: bool = False
) -> Problems:
    if text is None:
        if not optional:
            yield f"{name} is missing"
        return
    if text.get("type") not in ({"plain_text"} if plain else {"plain_text", "mrkdwn"}):
        yield f"{name} is {text.get('type')}"
    if not 1 <= len(text.get("text", "")) <= most:
        yield f"{name} has {len(text.get('text', ''))} characters, {most} at most"


def _too_long(thing: Block, part: str, most: int) -> list[str]:
    length = len(thing.get(part) or "")
    return [f"{part} has {length} characters, {most} at most"] if length > most else []
