"""Where somebody goes on who was refused: a button for the next step."""

from __future__ import annotations

from bot.blocks.kit import LONGEST_BUTTON, Block, Reader, actions, cut, opens, runs
from bot.forms import FORMS
from bot.numbers import numbers_in
from core.phrases import say
from core.refusals import Kind, Refusal

FORM_OF = {
    "download": "download",
    "notifications": "notifications",
    "report": "report",
    "settings": "settings",
    "templates create": "template",
    "users add": "user",
    "verify": "verify",
}
"""The form that does what a command does, for whoever does not know how to type it."""


LABELS = {
    "download": say("Choose template and format"),
    "template": say("Create a template"),
    "verify": say("Verify a Test Report Form"),
}
"""Where a form's title is too short to say what the button does."""


def ways_on(refusal: Refusal, reader: Reader, line: str) -> list[Block]:
    """The nearest command, linking, help, or the form of what was typed."""
    if refusal.code == "not_linked":
        return [actions(runs(reader.plain(say("Send me a code")), "link", "link", style="primary"))]
    if refusal.code == "unknown_command":
        return [actions(*_meant(refusal, line), runs(reader.plain(say("Help")), "help", "help"))]
    if refusal.code == "no_such_command":
        return [actions(runs(reader.plain(say("Help")), "help", "help"))]
    if refusal.code == "no_numbers":
        line = "verify"
    if refusal.kind is not Kind.USAGE:
        return []
    words = line.lower().split()
    form = FORM_OF.get(" ".join(words[:2])) or FORM_OF.get(" ".join(words[:1]))
    if form is None:
        return []
    number = next(iter(numbers_in(line)), "") if form in {"verify", "report"} else ""
    label = LABELS.get(form, FORMS[form].title)
    return [actions(opens(reader.plain(label), form, number))]


def _meant(refusal: Refusal, line: str) -> list[Block]:
    """The line with the nearest command in it; `help` has a button anyway."""
    near = getattr(refusal.message, "parts", {}).get("near")
    if near in {None, "help"}:
        return []
    whole = " ".join([near, *line.split()[len(near.split()) :]])
    return [runs(cut(whole, LONGEST_BUTTON), whole, "near", style="primary")]
