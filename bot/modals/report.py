"""Report a suspect form: no investigation opens without a copy of it."""

from __future__ import annotations

from bot.blocks.kit import Reader
from bot.modals.form import Form, Submitted, View, entry, modal, note, quoted, words
from core.enquiries import MOST_COPIES
from core.phrases import say

COPIES = "copies"
LONGEST_TYPED = 3000
"""Slack's own most, in an input."""
KINDS = ["pdf", "jpg", "jpeg", "png", "tif", "tiff", "gif", "webp"]


def view(reader: Reader, number: str = "") -> View:
    """The number and the copy."""
    files = {"type": "file_input", "filetypes": KINDS, "max_files": MOST_COPIES}
    noticed = words(most=LONGEST_TYPED) | {"multiline": True}
    asked = say(
        "You will be asked to provide a copy of the Test Report Form before we can open an "
        "investigation."
    )
    blocks = [
        entry("number", say("TRF Number"), words(number), reader),
        entry(COPIES, say("Copies of the form"), files, reader),
        entry("comment", say("What you noticed"), noticed, reader, optional=True),
        note(reader.says(asked)),
    ]
    return modal(FORM, reader, blocks, say("Report"))


def _line(form: Submitted) -> str:
    comment = form.text("comment")
    return " ".join(["report", form.text("number"), *([quoted(comment)] if comment else [])])


FORM = Form(
    "report",
    say("Report a suspect form"),
    _line,
    dict.fromkeys(
        (
            "copy_missing",
            "copy_kind",
            "copy_too_large",
            "file_not_had",
            "file_too_large",
            "too_many_copies",
        ),
        COPIES,
    ),
    otherwise="number",
)
