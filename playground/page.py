"""The page: everything is rendered here, each form is answered by the page as it then is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request

from playground.cast import ANN, BY_SLACK_ID, CAST, Person
from playground.clock import MovedClock
from playground.forms import field_name
from playground.mailbox import Mailbox
from playground.mrkdwn import mrkdwn
from playground.slack.workspace import Said, UploadedFile
from playground.stage import ADMISSIONS, PARTNERS, Stage

HOME, DIRECT = "home", "messages"
PLACES = {ADMISSIONS: "admissions", PARTNERS: "partner-colleges"}
PREVIEW_LINES, PREVIEW_COLUMNS = 6, 400
TEXT = (".csv", ".json", ".xml", ".txt")


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks, and at what."""

    person: Person
    place: str
    letter_id: str = ""
    as_text: bool = False

    @classmethod
    def of(cls, request: Request) -> Looking:
        """By the address; whatever is not there is Ann in the channel."""
        query = request.query_params
        place = query.get("in", HOME)
        return cls(
            CAST.get(query.get("as", ""), ANN),
            place if place in {HOME, DIRECT, *PLACES} else HOME,
            query.get("letter", ""),
            query.get("text", "") == "yes",
        )

    def query(self, **other: str) -> str:
        """The same with something else, for an address."""
        text = {"text": "yes"} if self.as_text else {}
        mine = {"as": self.person.key, "in": self.place, "letter": self.letter_id} | text
        return "?" + urlencode({name: one for name, one in (mine | other).items() if one})


class Page:
    """Renders for whoever looks."""

    def __init__(
        self, stage: Stage, mailbox: Mailbox, clock: MovedClock, commands: list[dict[str, str]]
    ) -> None:
        self._stage, self._mailbox, self._clock = stage, mailbox, clock
        self._commands = commands
        self.news = ""
        self._turns = count(1)
        folder = Path(__file__).parent / "templates"
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        names = {one.slack_id: one.name for one in CAST.values()} | PLACES
        self._templates.filters["mrkdwn"] = lambda text: mrkdwn(text, names)
        self._templates.filters["field_name"] = field_name
        self._templates.filters["action"] = _action

    def render(self, looking: Looking, base: str) -> str:
        """The whole page; the browser takes what has changed."""
        turn = next(self._turns)
        letters = self._mailbox.of(looking.person)
        return self._templates.get_template("page.html").render(
            base=base,
            turn=turn,
            looking=looking,
            me=looking.person,
            cast=CAST.values(),
            commands=self._commands,
            now=self._clock.now(),
            news=self.news,
            house=self._mailbox.house,
            letters=letters,
            letter=next((one for one in letters if one.id == looking.letter_id), None),
            **self._slack(looking),
        )

    def _slack(self, looking: Looking) -> dict[str, Any]:
        channel, modal = self.channel(looking), self._stage.modal(looking.person)
        home = self._stage.workspace.homes.get(looking.person.slack_id)
        shown = [] if looking.place == HOME else self._stage.messages(looking.person, channel)
        return {
            "home": home,
            "messages": [self._message(one) for one in shown],
            "modal": modal,
            "problems": self._stage.problems.get(modal["id"], {}) if modal else {},
            "places": list(self._places(looking)),
            "direct": self._stage.unread(looking.person, self.direct(looking.person)),
        }

    def channel(self, looking: Looking) -> str:
        """The conversation that somebody looks at; behind the Home tab are the direct messages."""
        return looking.place if looking.place in PLACES else self.direct(looking.person)

    def direct(self, person: Person) -> str:
        """Their messages with the bot."""
        return self._stage.workspace.direct(person.slack_id).id

    def _places(self, looking: Looking) -> Iterator[dict[str, Any]]:
        for channel, name in PLACES.items():
            unread = self._stage.unread(looking.person, channel)
            yield {"id": channel, "name": name, "unread": unread}

    def _message(self, said: Said) -> dict[str, Any]:
        author = BY_SLACK_ID.get(said.container.get("author", ""))
        files = [self._stage.workspace.files[one] for one in said.files]
        return {
            "said": said,
            "author": author,
            "is_slackbot": said.via == "slackbot",
            "is_private": said.only_for is not None,
            "at": datetime.fromtimestamp(float(said.ts), UTC),
            "files": [{"file": one, "preview": _preview(one)} for one in files],
        }


def _preview(file: UploadedFile) -> str:
    """The first lines of a file that is text."""
    if not file.name.endswith(TEXT) or file.data is None:
        return ""
    lines = file.data[:20_000].decode("utf-8-sig", "replace").splitlines()[:PREVIEW_LINES]
    return "\n".join(line[:PREVIEW_COLUMNS] for line in lines)


def _action(element: dict[str, Any], block: dict[str, Any], option: Any = None) -> str:
    """What Slack sends of an element that was used, `option` being what was chosen."""
    kept = ("type", "action_id", "value", "text")
    made = {name: element[name] for name in kept if name in element}
    made["block_id"] = block.get("block_id", "")
    return json.dumps(made if option is None else made | {"selected_option": option})
