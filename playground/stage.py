"""The stand-in as people see it: what each of them has open, and what they type and click."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from playground.cast import BO, CAST, CLEO, Person
from playground.slack import SlackStandIn
from playground.slack.sending import Exchange
from playground.slack.web_api import SlackError
from playground.slack.workspace import Said

ADMISSIONS, PARTNERS = "C0ADMISSIONS", "C0PARTNERS"
BY_PERSON = "person"
"""`via` of what people wrote themselves."""

TROUBLE = "We had some trouble connecting. Try again?"

SAMPLE_CHAT = (
    (CLEO, PARTNERS, "Hello from the partner college. Does the results bot answer here, too?"),
    (BO, ADMISSIONS, "This applicant's form says 17GB000595ZOLJS03G. Can somebody look it up?"),
)

Block = dict[str, Any]


class Stage(SlackStandIn):
    """A workspace with the cast in it."""

    def __init__(self, signing_secret: str, token: str) -> None:
        super().__init__(signing_secret)
        self.add_bot_token(token)
        self.moves = 0
        self.stacks: dict[str, list[str]] = {}
        self.problems: dict[str, dict[str, str]] = {}
        self.seen: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._triggers: dict[str, str] = {}

    def furnish(self) -> None:
        """Put the cast and its channels there, with something said in each."""
        for person in CAST.values():
            flags = {"is_restricted": person.is_guest}
            self.workspace.add_member(person.slack_id, person.name, person.email, **flags)
            self.workspace.direct(person.slack_id)
        everybody = [person.slack_id for person in CAST.values()]
        self.workspace.add_channel(ADMISSIONS, "admissions", *everybody, self.workspace.bot)
        self.workspace.add_channel(
            PARTNERS, "partner-colleges", *everybody, self.workspace.bot, is_ext_shared=True
        )
        for person, channel, text in SAMPLE_CHAT:
            self._says(person, channel, text)

    @property
    def version(self) -> tuple[int, ...]:
        """Differs once something happened."""
        return len(self.workspace.said), len(self.workspace.calls), self.moves

    def messages(self, person: Person, channel: str) -> list[Said]:
        """What they can read in a conversation, which they have then seen."""
        found = self.workspace.seen_by(person.slack_id, where=lambda one: one.channel == channel)
        self.seen[person.key, channel] = len(found)
        return found

    def unread(self, person: Person, channel: str) -> int:
        """How much came there since they looked."""
        found = self.workspace.seen_by(person.slack_id, where=lambda one: one.channel == channel)
        return len(found) - self.seen[person.key, channel]

    def said(self, person: Person, ts: str) -> Said | None:
        """A message that they can see."""
        found = self.workspace.seen_by(person.slack_id, where=lambda one: one.ts == ts)
        return found[0] if found else None

    def modal(self, person: Person) -> dict[str, Any] | None:
        """The view on top of theirs."""
        stack = self.stacks.get(person.slack_id)
        return self.workspace.views[stack[-1]] if stack else None

    def types(self, person: Person, command: str, text: str, channel: str) -> None:
        """A slash command."""
        self._moved()
        exchange = self._typed(person, command, text, channel)
        if not exchange.acknowledged:
            reason = "operation_timeout" if exchange.status == 0 else "dispatch_failed"
            self._whisper(person, channel, f"{command} failed with the error “{reason}”")
        self._moved()

    def writes(self, person: Person, text: str, channel: str) -> None:
        """A message; in direct messages the bot hears it."""
        ts = self._says(person, channel, text)
        if channel == self.workspace.direct(person.slack_id).id:
            message = {"type": "message", "channel": channel, "channel_type": "im"}
            self.event(message | {"user": person.slack_id, "text": text, "ts": ts})

    def drops_file(self, person: Person, channel: str, name: str, data: bytes, text: str) -> None:
        """A file; in direct messages the bot hears of it."""
        if channel == self.workspace.direct(person.slack_id).id:
            self.drops(person.slack_id, name, data, text)
        else:
            self.uploads(person.slack_id, name, data)
        newest = next(reversed(self.workspace.files))
        self._says(person, channel, text, newest)

    def opens_home(self, person: Person) -> None:
        """The Home tab."""
        opened = {"type": "app_home_opened", "tab": "home", "user": person.slack_id}
        self.event(opened | {"channel": self.workspace.direct(person.slack_id).id})

    def uses(self, person: Person, where: Said | dict[str, Any], action: Block) -> None:
        """A button or a menu."""
        self._moved()
        if not self.click(person.slack_id, where, action).acknowledged:
            channel = where.channel if isinstance(where, Said) else ADMISSIONS
            self._whisper(person, channel, TROUBLE)
        self._moved()

    def sends_form(self, person: Person, view: dict[str, Any], state: dict[str, Block]) -> None:
        """Submit a modal: it closes, shows its errors or what the application put there."""
        self._moved()
        self.problems.pop(view["id"], None)
        try:
            exchange = self.submit(person.slack_id, view, state)
        except SlackError as error:
            self._trouble(view, f"{TROUBLE} ({error.error})")
            return
        answer = exchange.document
        if not exchange.acknowledged:
            self._trouble(view, TROUBLE)
        elif answer.get("response_action") == "errors":
            self.problems[view["id"]] = answer["errors"]
        elif answer.get("response_action") not in {"update", "push"}:
            self.closes(person)
        self._moved()

    def closes(self, person: Person) -> None:
        """Take the modal on top away."""
        stack = self.stacks.get(person.slack_id)
        if stack:
            self.problems.pop(stack.pop(), None)
        self._moved()

    def _typed(self, person: Person, command: str, text: str, channel: str) -> Exchange:
        trigger = self._trigger_of(person.slack_id, self.workspace.new_trigger())
        user = person.slack_id
        return self.slash(user, command, text, channel, trigger_id=trigger)

    def _interaction(self, kind: str, user: str) -> dict[str, Any]:
        payload = super()._interaction(kind, user)
        self._trigger_of(user, payload["trigger_id"])
        return payload

    def _trigger_of(self, user: str, trigger: str) -> str:
        self._triggers[trigger] = user
        return trigger

    def _note(self, name: str, token: str, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        """A view that was opened is on somebody's screen: theirs whose trigger it was."""
        super()._note(name, token, asked, answer)
        user = self._triggers.get(str(asked.get("trigger_id")))
        if user is None or not answer["ok"]:
            return
        below = self.stacks.get(user, []) if name == "views.push" else []
        self.stacks[user] = [*below, answer["view"]["id"]]

    def _says(self, person: Person, channel: str, text: str, *files: str) -> str:
        ts, author = self.workspace.new_ts(), {"author": person.slack_id}
        said = Said(ts, channel, None, text, [], files=files, via=BY_PERSON, container=author)
        self.workspace.said.append(said)
        self._moved()
        return ts

    def _whisper(self, person: Person, channel: str, text: str) -> None:
        """Slackbot, to one person."""
        ts = self.workspace.new_ts()
        said = Said(ts, channel, person.slack_id, text, [], via="slackbot")
        self.workspace.said.append(said)

    def _trouble(self, view: dict[str, Any], words: str) -> None:
        self.problems[view["id"]] = {"": words}
        self._moved()

    def _moved(self) -> None:
        self.moves += 1
