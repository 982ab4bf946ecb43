"""What somebody does on the page, done in Slack, by mail or elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import FormData

from playground.arrivals import Arrivals
from playground.cast import Person
from playground.clock import MovedClock
from playground.forms import state_of
from playground.mailbox import Draft, File, Letter, Mailbox, NotTakenError
from playground.page import HOME, PLACES, Looking
from playground.slack.workspace import Said
from playground.stage import Stage

NEW = "new"


class Deeds:
    """One person's side of Slack and of the mailbox, and what happens in the world."""

    def __init__(
        self, stage: Stage, mailbox: Mailbox, clock: MovedClock, arrivals: Arrivals
    ) -> None:
        self._stage, self._mailbox = stage, mailbox
        self._clock, self._arrivals = clock, arrivals

    @property
    def version(self) -> tuple[Any, ...]:
        """Differs once something happened that somebody may see."""
        minute = self._clock.now().replace(second=0, microsecond=0)
        return self._stage.version, self._mailbox.version, minute

    def comes(self, looking: Looking) -> None:
        """Whoever goes to the Home tab opens it."""
        if looking.place == HOME:
            self._stage.opens_home(looking.person)

    def say(self, looking: Looking, text: str, files: Sequence[tuple[str, bytes]]) -> None:
        """What was typed: a slash command, a message, or a file with one."""
        person, channel = looking.person, self._channel(looking)
        for name, data in files:
            self._stage.drops_file(person, channel, name, data, text)
        command, _, rest = text.partition(" ")
        if text.startswith("/"):
            self._stage.types(person, command, rest.strip(), channel)
        elif text and not files:
            self._stage.writes(person, text, channel)

    def click(self, looking: Looking, where: str, action: dict[str, Any]) -> None:
        """An element of a message, the Home tab or a modal; what is gone cannot be clicked."""
        found = self._place(looking.person, where)
        if found is not None and action:
            self._stage.uses(looking.person, found, action)

    def submit(
        self, looking: Looking, form: FormData, files: Sequence[tuple[str, str, bytes]]
    ) -> None:
        """A modal, with the files that were put into it."""
        view = self._place(looking.person, str(form.get("where", "")))
        if not isinstance(view, dict):
            return
        put: dict[str, list[dict[str, Any]]] = {}
        for field, name, data in files:
            put.setdefault(field, []).append(
                self._stage.uploads(looking.person.slack_id, name, data)
            )
        self._stage.sends_form(looking.person, view, state_of(view, form, put))

    def close(self, looking: Looking) -> None:
        """The modal on top."""
        self._stage.closes(looking.person)

    def shortcut(self, looking: Looking, name: str, ts: str) -> None:
        """A global shortcut, or one of a message."""
        person, said = looking.person, self._stage.said(looking.person, ts)
        if said is None:
            self._stage.shortcut(person.slack_id, name)
        else:
            self._stage.message_shortcut(person.slack_id, name, said.text, said.channel)

    def mail(self, looking: Looking, subject: str, text: str, files: Sequence[File]) -> str:
        """An answer to the letter that is open, or a new one; what came of it, for the page."""
        answers = self.letter(looking.person, looking.letter_id)
        draft = Draft(text, subject, f"results@{self._mailbox.house}", answers, files)
        try:
            self._mailbox.send(looking.person, draft, self._clock.now())
        except NotTakenError as error:
            return f"The mail was not taken: {error}"
        return "Your mail was taken. The answer comes in a moment."

    def world(self, what: str) -> str:
        """Something happens elsewhere; what, for the page."""
        if what == "arrive":
            return self._arrivals.arrive()
        if what == "correct":
            return self._arrivals.correct()
        moment = self._clock.to_tomorrow_morning()
        self._stage.workspace.skew = self._clock.ahead.total_seconds()
        return f"It is {moment:%A %H:%M}. Digests that are due come within 15 seconds."

    def letter(self, person: Person, letter_id: str) -> Letter | None:
        """One of theirs."""
        return None if letter_id in {"", NEW} else self._mailbox.letter(person, letter_id)

    def slack_file(self, file_id: str) -> File | None:
        """A file in Slack."""
        file = self._stage.workspace.files.get(file_id)
        if file is None or file.data is None:
            return None
        return File(file.name, "application/octet-stream", file.data)

    def _channel(self, looking: Looking) -> str:
        if looking.place in PLACES:
            return looking.place
        return self._stage.workspace.direct(looking.person.slack_id).id

    def _place(self, person: Person, where: str) -> Said | dict[str, Any] | None:
        kind, _, name = where.partition(":")
        if kind == "message":
            return self._stage.said(person, name)
        return self._stage.workspace.views.get(name)
