"""The template builder: ordered rows with up, down and remove, and the header row as it will be.

Slack's own multiple choice keeps no order, so the order lives in the view's metadata, which holds
headings only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.blocks.kit import Block, Reader, escaped, option, section
from bot.modals.form import Form, Submitted, View, choice, entry, modal, note, quoted, ticks, words
from core.fields import BY_HEADING, CATALOGUE, CatalogueField, headings
from core.layouts import LONGEST_NAME, NOTES
from core.phrases import say
from core.template_cards import TemplateCard
from core.terms import DateFormat, Format

ADD, MOVE = "builder:add", "builder:move"
DEFAULT = "default"
UP, DOWN, FIRST, LAST, REMOVE = "up", "down", "first", "last", "remove"
MOVES = {
    UP: say("Up"),
    DOWN: say("Down"),
    FIRST: say("First"),
    LAST: say("Last"),
    REMOVE: say("Remove"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A template being built; `editing` is its name until now, '' for a new one."""

    fields: tuple[str, ...] = ()
    editing: str = ""
    turn: int = 0

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Draft:
        """What a view's metadata says."""
        return cls(tuple(metadata["fields"]), metadata["editing"], metadata["turn"])

    def document(self) -> dict[str, Any]:
        """For a view's metadata."""
        return {"fields": list(self.fields), "editing": self.editing, "turn": self.turn}

    def chosen(self) -> list[CatalogueField]:
        """The fields in order."""
        return [BY_HEADING[heading] for heading in self.fields]

    def with_field(self, heading: str) -> Draft:
        """One more at the end; a second click adds nothing."""
        if heading in self.fields or heading not in BY_HEADING:
            return self
        return replace(self, fields=(*self.fields, heading), turn=self.turn + 1)

    def moved(self, heading: str, move: str) -> Draft:
        """One field elsewhere, or gone."""
        if heading not in self.fields:
            return self
        rest = [one for one in self.fields if one != heading]
        at = self.fields.index(heading)
        to = {UP: max(at - 1, 0), DOWN: at + 1, FIRST: 0, LAST: len(rest)}.get(move)
        if to is not None:
            rest.insert(to, heading)
        return replace(self, fields=tuple(rest), turn=self.turn + 1)


def view(reader: Reader, draft: Draft, card: TemplateCard | None = None) -> View:
    """The builder. `card` fills the inputs at first; afterwards Slack keeps what was typed."""
    submit = say("Update") if draft.editing else say("Create")
    blocks = [*_inputs(reader, card), *_rows(draft, reader), _adder(draft, reader)]
    blocks += [_preview(draft), *_notes(draft.chosen(), reader)]
    return modal(FORM, reader, blocks, submit, draft.document())


def _inputs(reader: Reader, card: TemplateCard | None) -> list[Block]:
    layout = card.layout if card is not None else None
    formats = {one.value: one.value.upper() for one in Format}
    dates = {one.value: one.value for one in DateFormat}
    is_default = {DEFAULT} if card is not None and card.is_default else set()
    format_ = choice("static_select", formats, reader, layout.format if layout else "")
    date = choice("static_select", dates, reader, layout.date_format if layout else "")
    default = ticks({DEFAULT: say("Default Template")}, reader, is_default)
    name = words(layout.name if layout else "", LONGEST_NAME)
    return [
        entry("default", say("Default"), default, reader, optional=True),
        entry("name", say("Template Name"), name, reader),
        entry("format", say("Default Format"), format_, reader),
        entry("dates", say("Date Format"), date, reader),
    ]


def _rows(draft: Draft, reader: Reader) -> list[Block]:
    rows = []
    for place, one in enumerate(draft.chosen(), start=1):
        moves = [
            option(reader.plain(text), f"{move}:{one.heading}") for move, text in MOVES.items()
        ]
        menu = {"type": "overflow", "action_id": f"{MOVE}:{one.heading}", "options": moves}
        rows.append(section(f"{place}. {reader.says(one.title)}", menu))
    title = section(f"*{reader.says(say('Selected Template Fields'))}*")
    return [title, *(rows or [section(reader.says(say("No fields are chosen yet.")))])]


def _adder(draft: Draft, reader: Reader) -> Block:
    """Its block id changes, or Slack would keep showing what was added last."""
    left = {one.heading: one.title for one in CATALOGUE if one.heading not in draft.fields}
    offered = left or {"-": say("All fields are chosen.")}
    select = choice("static_select", offered, reader) | {"action_id": ADD}
    label = say("Other Template Fields (click on the items below to add to the list)")
    made = entry(f"add#{draft.turn}", label, select, reader, optional=True)
    return made | {"dispatch_action": True}


def _preview(draft: Draft) -> Block:
    return section(f"```{escaped(','.join(headings(draft.chosen()))) or ' '}```")


def _notes(chosen: Sequence[CatalogueField], reader: Reader) -> list[Block]:
    told = [reader.says(NOTES[one.heading]) for one in chosen if one.heading in NOTES]
    return [note(f":warning: {text}") for text in told]


def _line(form: Submitted) -> str:
    draft = Draft.of(form.metadata)
    default = "yes" if DEFAULT in form.ticked("default") else "no"
    options = (
        f"format={form.chosen('format')} dates={form.chosen('dates')} "
        f"fields={','.join(draft.fields)} default={default}"
    )
    name = quoted(form.text("name"))
    if not draft.editing:
        return f"templates create {name} {options}"
    renamed = "" if form.text("name") == draft.editing else f" name={name}"
    return f"templates edit {quoted(draft.editing)}{renamed} {options}"


FORM = Form("template", say("Template"), _line, otherwise="name")
