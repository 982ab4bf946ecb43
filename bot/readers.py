"""How people read what they are told, a refusal like an answer: language, time zone, rights."""

from __future__ import annotations

from functools import partial

from bot.askers import Asker
from bot.blocks.kit import Reader
from bot.desk import Desk
from core.actors import Actor
from core.links import actor_in_slack
from core.refusals import Kind, Refusal
from core.terms import Role

MOST_KEPT = 10_000


class Readers:
    """As their preferences say; where these cannot be read in time, as they last did."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._nobody = Reader(prefix=desk.settings.slack_command_prefix)
        self._last: dict[tuple[str, str], Reader] = {}

    def of(self, actor: Actor, asker: Asker) -> Reader:
        """Whoever is known, remembered for when there is no time to ask."""
        reader = Reader(
            actor.language,
            actor.time_zone,
            self._nobody.prefix,
            actor.role is Role.ADMINISTRATOR,
            in_channel=bool(asker.channel_id) and not asker.is_direct,
        )
        if len(self._last) >= MOST_KEPT:
            self._last.clear()
        self._last[asker.team_id, asker.user_id] = reader
        return reader

    def last(self, asker: Asker) -> Reader:
        """As this one read before; English (UK) for whom we do not know yet."""
        return self._last.get((asker.team_id, asker.user_id), self._nobody)

    async def refused(self, asker: Asker, refusal: Refusal) -> Reader:
        """Whoever is told no; while something is away the database is not waited for as well."""
        if refusal.kind is Kind.UNAVAILABLE:
            return self.last(asker)
        try:
            actor = await self._desk.run(partial(self._actor, asker))
        except Refusal:
            return self.last(asker)
        return self.of(actor, asker)

    def _actor(self, asker: Asker) -> Actor:
        with self._desk.database.reading() as session:
            return actor_in_slack(session, asker.team_id, asker.user_id)
