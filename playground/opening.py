"""What the cast did before anybody looks, over the wire: accounts linked, the channel chosen."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import TypeVar

from playground.cast import ANN, BO, Person
from playground.mailbox import Mailbox
from playground.stage import ADMISSIONS, Stage

FAMILY = "/ielts"
CODE = re.compile(r"`link (\S+)`")
WAIT_SECONDS = 30.0

Found = TypeVar("Found")


def open_stage(stage: Stage, mailbox: Mailbox) -> None:
    """Link whoever is not linked yet, and have news told in the channel."""
    for person in (ANN, BO):
        _link(stage, mailbox, person)
    stage.types(ANN, FAMILY, "channel here", ADMISSIONS)


def _link(stage: Stage, mailbox: Mailbox, person: Person) -> None:
    stage.opens_home(person)
    home = _sooner_or_later(lambda: stage.workspace.homes.get(person.slack_id))
    if home is None or '"run:link"' not in json.dumps(home):
        return
    before = {one.id for one in mailbox.of(person)}
    direct = stage.workspace.direct(person.slack_id).id
    stage.types(person, FAMILY, "link", direct)
    code = _sooner_or_later(lambda: _code(mailbox, person, before))
    if code is not None:
        stage.types(person, FAMILY, f"link {code}", direct)
        stage.opens_home(person)


def _code(mailbox: Mailbox, person: Person, before: set[str]) -> str | None:
    for letter in mailbox.of(person):
        found = CODE.search(letter.text)
        if letter.id not in before and found is not None:
            return found[1]
    return None


def _sooner_or_later(look: Callable[[], Found | None]) -> Found | None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found = look()
        if found is not None:
            return found
        time.sleep(0.1)
    return None
