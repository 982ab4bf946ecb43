"""Events: the Home tab, what is written or dropped in direct messages, and being taken out."""

from __future__ import annotations

from functools import partial

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.answers import Heard
from bot.askers import asker_of
from bot.bulk import Bulk, checked
from bot.homes import Homes
from bot.incoming import fetched
from bot.lines import Lines
from bot.numbers import numbers_in
from bot.telling import tell_directly
from bot.written import is_small_talk, line_written, what_i_can
from core.commands.run import Reply
from core.enquiries import MOST_BYTES
from core.installations import claim
from core.refusals import Refusal, usage
from core.routes import slack_lane
from core.slack_cards import keep, shown_in
from core.verification_cards import VerificationTable

log = structlog.get_logger(__name__)

MOST_DROPPED = 5 << 20
REPORT = "report"
"""A command to which the copy of a form comes along; any other file is a list of numbers."""


class Events:
    """Each event is acted on once, however often Slack sends it."""

    def __init__(self, lines: Lines, homes: Homes, bulk: Bulk) -> None:
        self._lines, self._homes, self._bulk = lines, homes, bulk
        self._answers, self._desk = lines.answers, lines.answers.desk

    async def begin(self, args: AsyncArgs) -> None:
        """Heard."""
        await args.ack()

    async def home_opened(self, args: AsyncArgs) -> None:
        """Publish the tab; the event comes for the messages tab as well."""
        if (args.event or {}).get("tab", "home") == "home" and await self._is_first(args):
            await self._homes.publish(args.client, asker_of(args))

    async def message(self, args: AsyncArgs) -> None:
        """A line typed to the bot, or a file with numbers dropped on it."""
        event = args.event or {}
        if event.get("channel_type") != "im" or event.get("bot_id") or not event.get("user"):
            return
        if event.get("subtype") not in {None, "file_share"} or not await self._is_first(args):
            return
        if event.get("files"):
            await self._dropped(args)
            return
        line = line_written(event.get("text") or "", self._desk.settings.slack_command_prefix)
        numbers = self._bulk.numbers_of(line)
        if numbers:
            await self._bulk.check(args, numbers)
            return
        heard = await self._lines.heard(args.client, asker_of(args), line)
        if is_small_talk(heard.refusal):
            await tell_directly(args, what_i_can(heard.reader))
        else:
            await self._tell(args, heard)

    async def taken_out(self, args: AsyncArgs) -> None:
        """The workspace uninstalled the app or revoked the bot's token."""
        event = args.event or {}
        bots = (event.get("tokens") or {}).get("bot")
        if event.get("type") == "tokens_revoked" and not bots:
            return
        if await self._is_first(args):
            context = args.context
            org_wide = context.is_enterprise_install or not context.team_id
            where = context.enterprise_id if org_wide else context.team_id
            await self._desk.run(partial(self._answers.workspaces.revoke, where or ""))

    async def _dropped(self, args: AsyncArgs) -> None:
        event, asker = args.event or {}, asker_of(args)
        line = line_written(event.get("text") or "", self._desk.settings.slack_command_prefix)
        is_report = line.partition(" ")[0].lower() == REPORT
        try:
            await self._answers.actor(args.client, asker)
            files = await fetched(
                event["files"],
                args.context.bot_token or "",
                self._desk.settings.slack_api_url,
                most=MOST_BYTES if is_report else MOST_DROPPED,
            )
            if is_report:
                await self._tell(args, await self._lines.heard(args.client, asker, line, files))
                return
            found = numbers_in("\n".join(one.data.decode("utf-8", "replace") for one in files))
            if not found:
                raise usage(
                    "no_numbers",
                    "There is no Test Report Form number in that file. Drop a CSV or text file "
                    "with one number a line or in a column.",
                )
        except Refusal as refusal:
            await tell_directly(args, (await self._answers.refused(asker, refusal)).said)
            return
        if self._bulk.takes(found):
            await self._bulk.check(args, found)
            return
        line = " ".join(["verify", *found])
        heard = await self._lines.heard(args.client, asker, line, as_file=True)
        said = heard.said
        if heard.reply is not None and isinstance(heard.reply.answer, VerificationTable):
            said = checked(heard.reply.answer, heard.reader)
        await tell_directly(args, said)

    async def _tell(self, args: AsyncArgs, heard: Heard) -> None:
        """In a direct message, kept so that a change of what it shows is told in its thread."""
        ts = await tell_directly(args, heard.said)
        reply, asker = heard.reply, asker_of(args)
        if reply is None or reply.actor.user_id is None:
            return
        reader = reply.actor.user_id, slack_lane(asker.team_id, asker.user_id)
        try:
            await self._desk.run(partial(self._keep, reader, reply, ts))
        except Refusal as outage:  # the answer is there; what changes is told beside it
            log.warning("card-not-kept", reason=outage.code)

    def _keep(self, reader: tuple[int, str], reply: Reply, ts: str) -> None:
        shown, now = shown_in(reply.answer), self._desk.clock()
        with self._desk.database.transaction() as session:
            keep(session, reader, reply.actor.organisation_id, ts, shown, now=now)

    async def _is_first(self, args: AsyncArgs) -> bool:
        key = f"event:{args.body.get('event_id')}"

        def claimed() -> bool:
            with self._desk.database.transaction() as session:
                return claim(session, key, now=self._desk.clock())

        return await self._desk.run(claimed)
