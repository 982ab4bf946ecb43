"""What a form is: a view, and the command line that its submission becomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.blocks.kit import LONGEST_TITLE, Block, Reader, mrkdwn, option, plain_text, section
from core.commands.grammar import QUOTES
from core.phrases import Phrase, say
from core.refusals import Kind, Refusal

VALUE = "value"
"""The action id of an input that has nothing else to say."""

View = dict[str, Any]

NAMES_ITS_WORD = {
    "blank": "name",
    "name_too_long": "name",
    "not_a_band": "key",
    "not_a_choice": "name",
    "not_a_number": "name",
    "not_yes_or_no": "name",
}
"""Refusals with a part that names the word of the line; its block has the same name."""

IN_PLACE = frozenset({Kind.USAGE, Kind.CONFLICT, Kind.MISSING})
"""Refusals that whoever fills a form in can mend there."""


class Wrong(Refusal):
    """What is wrong with a form, by the block that it is shown at; all of it where it is late."""

    def __init__(self, problems: Mapping[str, Phrase]) -> None:
        parts = {f"problem{n}": one for n, one in enumerate(problems.values())}
        message = Phrase("\n".join(f"{{{name}}}" for name in parts), **parts)
        super().__init__(Kind.USAGE, "wrong", message)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was filled in."""

    values: Mapping[str, Mapping[str, Mapping[str, Any]]]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, view: View) -> Submitted:
        """The state of a view that Slack sent."""
        metadata = view.get("private_metadata") or "{}"
        return cls((view.get("state") or {}).get("values") or {}, json.loads(metadata))

    def text(self, block: str) -> str:
        """Typed words, a chosen date or time; '' where there are none."""
        state = self._state(block)
        found = state.get("value") or state.get("selected_date") or state.get("selected_time") or ""
        return str(found).strip()

    def chosen(self, block: str) -> str:
        """The value of the one option; '' where there is none."""
        return str((self._state(block).get("selected_option") or {}).get("value") or "")

    def ticked(self, block: str) -> set[str]:
        """The values of the options that are ticked."""
        return {one["value"] for one in self._state(block).get("selected_options") or ()}

    def files(self, block: str) -> list[Mapping[str, Any]]:
        """The files that were put in."""
        return list(self._state(block).get("files") or ())

    def id_of(self, block: str) -> str:
        """The block's id, which may have a counter after it, to be emptied; '' if it is absent."""
        return next((name for name in self.values if name.partition("#")[0] == block), "")

    def _state(self, block: str) -> Mapping[str, Any]:
        return next(iter(self.values.get(self.id_of(block), {}).values()), {})


@dataclass(frozen=True, slots=True)
class Form:
    """`line` may raise Wrong; `places` tells at which block a refusal's code is shown.

    A refusal that whoever fills it in can mend there is shown `otherwise` if it names no block.
    """

    name: str
    title: Phrase
    line: Callable[[Submitted], str]
    places: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""

    def problems(self, refusal: Refusal, submitted: Submitted) -> dict[str, str]:
        """The refusal at its block, {} where the form has no place for it."""
        if isinstance(refusal, Wrong):
            return dict(refusal.problems)
        named = getattr(refusal.message, "parts", {}).get(NAMES_ITS_WORD.get(refusal.code), "")
        place = submitted.id_of(named) or self.places.get(refusal.code)
        if place is None and refusal.kind in IN_PLACE:
            place = self.otherwise
        return {place: refusal.message} if place else {}


def quoted(text: str) -> str:
    """A word of a command line, whatever is in it; marks that would end it become apostrophes."""
    clean = "".join("'" if letter in QUOTES else letter for letter in text)
    return f'"{" ".join(clean.split())}"'


def modal(
    form: Form, reader: Reader, blocks: list[Block], submit: Phrase, metadata: Any = None
) -> View:
    """The view of a form; its metadata holds nothing of a candidate."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "title": plain_text(reader.plain(form.title), LONGEST_TITLE),
        "submit": plain_text(reader.plain(submit), LONGEST_TITLE),
        "close": plain_text(reader.plain(say("Cancel")), LONGEST_TITLE),
        "blocks": blocks,
        "private_metadata": json.dumps(metadata or {}),
    }


def waiting(title: Phrase, reader: Reader) -> View:
    """Shown while something is fetched or done: a trigger is good for three seconds only."""
    return {
        "type": "modal",
        "title": plain_text(reader.plain(title), LONGEST_TITLE),
        "close": plain_text(reader.plain(say("Close")), LONGEST_TITLE),
        "blocks": [section(reader.says(say("One moment, please.")))],
    }


def entry(
    block: str,
    label: Phrase,
    element: Block,
    reader: Reader,
    *,
    optional: bool = False,
    hint: str = "",
) -> Block:
    """A labelled input."""
    made = {
        "type": "input",
        "block_id": block,
        "label": plain_text(reader.plain(label)),
        "element": {"action_id": VALUE} | element,
        "optional": optional,
    }
    return made | ({"hint": plain_text(reader.plain(hint))} if hint else {})


def words(initial: str = "", most: int = 0, placeholder: str = "") -> Block:
    """A line to type."""
    made: Block = {"type": "plain_text_input"}
    if initial:
        made["initial_value"] = initial
    if most:
        made["max_length"] = most
    return made | ({"placeholder": plain_text(placeholder)} if placeholder else {})


def choice(kind: str, options: Mapping[str, str], reader: Reader, initial: str = "") -> Block:
    """One of several; `kind` is `radio_buttons` or `static_select`."""
    offered = [option(reader.plain(text), value) for value, text in options.items()]
    made: Block = {"type": kind, "options": offered}
    found = [one for one in offered if one["value"] == initial]
    return made | ({"initial_option": found[0]} if found else {})


def ticks(options: Mapping[str, str], reader: Reader, initial: set[str]) -> Block:
    """Some of several."""
    offered = [option(reader.plain(text), value) for value, text in options.items()]
    made: Block = {"type": "checkboxes", "options": offered}
    found = [one for one in offered if one["value"] in initial]
    return made | ({"initial_options": found} if found else {})


def note(text: str) -> Block:
    """Small print between inputs."""
    return {"type": "context", "elements": [mrkdwn(text)]}
