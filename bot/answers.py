"""One line of the shared grammar, for somebody in Slack, into a message for them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.askers import Asker, Document, Doorkeeper
from bot.blocks.kit import Reader
from bot.blocks.refused import refused
from bot.blocks.render import Said, load_renderings, said
from bot.desk import Desk
from bot.files import file_owed
from bot.gathering import Gathering
from bot.readers import Readers
from bot.ways_on import ways_on
from bot.workspaces import Workspaces
from core import links
from core.actors import Actor
from core.commands.registry import Attachment
from core.commands.run import Asked, Reply, run_for
from core.commands.together import run_together
from core.installations import installation_of
from core.links import LinkCard
from core.outbox import owe
from core.refusals import Refusal, forbidden

LINK = "link"
LONGEST_SHORT = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a line: the message, for whom, and the answer unless it was refused."""

    said: Said
    reader: Reader
    reply: Reply | None = None
    refusal: Refusal | None = None


class Answers:
    """The way in for everything that people do: who, may they, the line, the message."""

    def __init__(self, desk: Desk) -> None:
        load_renderings()
        self.desk = desk
        self.workspaces = Workspaces(desk)
        self.doorkeeper = Doorkeeper()
        self.readers = Readers(desk)
        self._together = Gathering(desk, self._heard_together)

    async def to(
        self,
        client: AsyncWebClient,
        asker: Asker,
        line: str,
        attachments: tuple[Attachment, ...] = (),
        *,
        as_file: bool = False,
    ) -> Heard:
        """The answer, or the refusal in plain words; `as_file` sends a table as a file anyway."""
        try:
            person = await self.doorkeeper.admit(client, asker)
            if _is_link(line):
                card = await self._linked(asker, person, line)
                reader = self.readers.last(asker)
                return Heard(said(card, reader), reader)
            return await self._answered(asker, line, attachments, as_file=as_file)
        except Refusal as refusal:
            return await self.refused(asker, refusal, line)

    async def actor(self, client: AsyncWebClient, asker: Asker) -> Actor:
        """Who the asker is here; raise Refusal for whom we do not serve."""
        await self.doorkeeper.admit(client, asker)
        return await self.desk.run(partial(self._actor, asker))

    async def run(self, asker: Asker, line: str) -> Reply:
        """One line in one transaction, with the file that it may make; raise Refusal."""
        heard = await self._answered(asker, line, (), as_file=False)
        assert heard.reply is not None  # noqa: S101  what is refused is raised
        return heard.reply

    async def _answered(
        self, asker: Asker, line: str, attachments: tuple[Attachment, ...], *, as_file: bool
    ) -> Heard:
        """The message too is made in the thread: the event loop has enough to do."""
        if self._is_short(line) and not attachments and not as_file:
            return await self._together.run((asker, self._asked_by(asker, line, as_file=False)))
        return await self.desk.run(partial(self._run, asker, line, attachments, as_file))

    def heard(self, asker: Asker, reply: Reply) -> Heard:
        """An answer as the message that it becomes."""
        reader = self.readers.of(reply.actor, asker)
        return Heard(said(reply.answer, reader), reader, reply)

    async def refused(self, asker: Asker, refusal: Refusal, line: str = "") -> Heard:
        """What happened, what to do, and a button for it where there is one."""
        reader = await self.readers.refused(asker, refusal)
        message = refused(refusal, reader, *ways_on(refusal, reader, line))
        return Heard(message, reader, refusal=refusal)

    def _run(
        self, asker: Asker, line: str, attachments: tuple[Attachment, ...], as_file: bool
    ) -> Heard:
        asked = self._asked_by(asker, line, as_file=as_file)
        reply = run_for(
            self.desk.database,
            asked.who,
            line,
            now=self.desk.clock(),
            settings=self.desk.settings,
            attachments=attachments,
            then=asked.then,
        )
        return self.heard(asker, reply)

    def _heard_together(self, asked: Sequence[tuple[Asker, Asked]]) -> Sequence[Heard | Exception]:
        askers, lines = zip(*asked, strict=True)
        replies = run_together(
            self.desk.database, lines, now=self.desk.clock(), settings=self.desk.settings
        )
        return [
            reply if isinstance(reply, Exception) else self.heard(asker, reply)
            for asker, reply in zip(askers, replies, strict=True)
        ]

    def _is_short(self, line: str) -> bool:
        """A few look-ups in our own records: quick enough for others to wait for."""
        is_live = self.desk.settings.ielts_api_url is not None
        return not is_live and len(line) < LONGEST_SHORT and line.startswith("verify ")

    def _asked_by(self, asker: Asker, line: str, *, as_file: bool) -> Asked:
        def owe_file(session: Session, reply: Reply) -> None:
            reader = self.readers.of(reply.actor, asker)
            owed = file_owed(asker, reply.actor, reply.answer, reader, always=as_file)
            if owed is not None:
                owe(session, [owed], now=self.desk.clock())

        return Asked(links.InSlack(asker.team_id, asker.user_id), line, owe_file)

    def _actor(self, asker: Asker) -> Actor:
        with self.desk.database.reading() as session:
            return links.actor_in_slack(session, asker.team_id, asker.user_id)

    async def _linked(self, asker: Asker, person: Document, line: str) -> LinkCard:
        """`link` for somebody who may be nobody yet: the address, or the code that went there."""
        word = line.partition(" ")[2].strip()
        if word and "@" not in word:
            code = partial(
                links.link_for,
                self.desk.database,
                asker.team_id,
                asker.user_id,
                word,
                now=self.desk.clock(),
            )
            return await self.desk.run(code)
        email = word or (person.get("profile") or {}).get("email") or ""
        return await self.desk.run(partial(self._asked, asker, _unwrapped(email)))

    def _asked(self, asker: Asker, email: str) -> LinkCard:
        now = self.desk.clock()
        with self.desk.database.transaction() as session:
            try:
                actor = links.actor_in_slack(session, asker.team_id, asker.user_id)
            except Refusal:
                return self._code_sent(session, asker, email)
            return links.own_link(session, actor, now=now)

    def _code_sent(self, session: Session, asker: Asker, email: str) -> LinkCard:
        installation = installation_of(session, asker.team_id)
        if installation is None:
            raise forbidden("not_installed", "The bot is not installed in this workspace.")
        if not email:
            raise forbidden(
                "address_hidden",
                "Slack does not tell your e-mail address. Type `link` with the address under "
                "which you are enrolled.",
            )
        return links.ask(session, installation, email, now=self.desk.clock())


def _is_link(line: str) -> bool:
    return line.split(maxsplit=1)[:1] == [LINK]


def _unwrapped(word: str) -> str:
    """Slack writes an address as `<mailto:ann@uni.example|ann@uni.example>`."""
    inner = word.strip().removeprefix("<").removesuffix(">").removeprefix("mailto:")
    return inner.partition("|")[0]
