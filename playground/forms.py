"""What a browser sent, as the state that Slack makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.datastructures import FormData, UploadFile

Block = dict[str, Any]
Uploads = Callable[[str, bytes], Block]

TYPED = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "conversations_select": "selected_conversation",
}


def field_name(block: Block) -> str:
    """The name of an input block's element in the page's form."""
    return f"in:{block.get('block_id', '')}"


def state_of(view: Block, form: FormData, files: dict[str, list[Block]]) -> dict[str, Block]:
    """Each input block's element with what was filled in; `files` are those put into Slack."""
    return {
        block["block_id"]: _element_state(block["element"], form.getlist(name), files.get(name, []))
        for block in view["blocks"]
        if block["type"] == "input"
        for name in [field_name(block)]
    }


async def uploaded(form: FormData) -> list[tuple[str, str, str, bytes]]:
    """Field, name, type and bytes of each file that was chosen."""
    chosen = [(name, one) for name, one in form.multi_items() if isinstance(one, UploadFile)]
    return [
        (name, one.filename, one.content_type or "application/octet-stream", await one.read())
        for name, one in chosen
        if one.filename
    ]


def _element_state(element: Block, given: Sequence[Any], files: list[Block]) -> Block:
    kind = element["type"]
    words = [one for one in given if isinstance(one, str) and one]
    state: Block = {"type": kind}
    if kind == "file_input":
        return state | {"files": files}
    if kind in TYPED:
        return state | {TYPED[kind]: words[0] if words else None}
    options = [one for one in element.get("options", []) if one["value"] in words]
    if kind in {"checkboxes", "multi_static_select"}:
        return state | {"selected_options": options}
    return state | {"selected_option": options[0] if options else None}
