"""Buttons: each runs a line, opens a form, shares, downloads what was announced, or refreshes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.announced import download_announced
from bot.answers import Heard
from bot.askers import asker_of
from bot.blocks.kit import Reader
from bot.blocks.render import Said
from bot.forms import Opening
from bot.homes import Homes
from bot.jobs import Jobs
from bot.lines import Lines
from bot.listeners.views import Views
from bot.patience import answered
from bot.telling import message_view, respond, show_view, tell_directly
from core.installations import FORGET_AFTER, claim, give_back
from core.phrases import Phrase, say
from core.refusals import Refusal

Action = dict[str, Any]

DOUBLE_CLICK = timedelta(seconds=10)
ONCE = frozenset({"download", "redownload", "announced", "share"})
"""What a second click must not do again; all others may be done twice."""

THE_ANSWER = say("Answer")


class Actions:
    """All block actions: one listener, told apart by what stands before the colon."""

    def __init__(self, lines: Lines, jobs: Jobs, views: Views, homes: Homes) -> None:
        self._lines, self._jobs, self._views, self._homes = lines, jobs, views, homes
        self._answers, self._desk = lines.answers, lines.answers.desk
        self._by_kind: dict[str, Callable[[AsyncArgs, Action], Awaitable[None]]] = {
            "run": self._run,
            "open": self._open,
            "share": self._share,
            "announced": self._announced,
            "home": self._refresh,
            "builder": views.build,
        }

    async def begin(self, args: AsyncArgs) -> None:
        """Slack wants to know only that it was heard."""
        await args.ack()

    async def finish(self, args: AsyncArgs) -> None:
        """Do what the button says."""
        action: Action = args.body["actions"][0]
        handle = self._by_kind.get(action["action_id"].partition(":")[0])
        if handle is not None:
            await handle(args, action)

    async def _run(self, args: AsyncArgs, action: Action) -> None:
        line = action.get("value") or (action.get("selected_option") or {}).get("value") or "help"
        word = line.partition(" ")[0]
        if word in ONCE and not await self._is_first(args, action, DOUBLE_CLICK):
            return
        await self._answer(args, partial(self._lines.heard, args.client, asker_of(args), line))

    async def _announced(self, args: AsyncArgs, action: Action) -> None:
        if not await self._is_first(args, action, DOUBLE_CLICK):
            return
        after, _, upto = action["value"].partition(":")
        work = partial(download_announced, self._answers, asker_of(args), int(after), int(upto))
        await self._answer(args, partial(self._admitted, args, work))

    async def _share(self, args: AsyncArgs, action: Action) -> None:
        if not await self._is_first(args, action, FORGET_AFTER):
            return
        heard = await self._lines.channels.share(args.client, asker_of(args), action["value"])
        if heard.refusal is not None:
            await self._desk.run(partial(self._give_back, _key_of(args, action)))
        await self._tell(args, heard.said)

    async def _open(self, args: AsyncArgs, action: Action) -> None:
        name = action["action_id"].partition(":")[2]
        await self._views.open(args, Opening(name, action.get("value") or ""))

    async def _refresh(self, args: AsyncArgs, _: Action) -> None:
        await self._homes.publish(args.client, asker_of(args))

    async def _admitted(self, args: AsyncArgs, work: Callable[[], Awaitable[Heard]]) -> Heard:
        try:
            await self._answers.doorkeeper.admit(args.client, asker_of(args))
        except Refusal as refusal:
            return await self._answers.refused(asker_of(args), refusal)
        return await work()

    async def _answer(self, args: AsyncArgs, work: Callable[[], Any]) -> None:
        """Where the button is: after a message for the person alone, else in a modal."""
        if args.context.response_url:
            await answered(args, self._jobs, self._jobs.start(work()), self._answers.readers)
        else:
            await self._answer_in_modal(args, work)
        await self._homes.again(args)

    async def _answer_in_modal(self, args: AsyncArgs, work: Callable[[], Any]) -> None:
        reader = self._answers.readers.last(asker_of(args))
        view_id = await self._views.show(args, THE_ANSWER, reader)
        heard: Heard = await self._jobs.result(self._jobs.start(work()))
        view = _message(THE_ANSWER, heard.said, heard.reader)
        await show_view(args.client.views_update, view, view_id=view_id)

    async def _tell(self, args: AsyncArgs, said: Said) -> None:
        if args.context.response_url:
            await respond(args, said)
        else:
            await tell_directly(args, said)

    async def _is_first(self, args: AsyncArgs, action: Action, within: timedelta) -> bool:
        """Whether this person did not click the same button of the same message just now."""
        return await self._desk.run(partial(self._claim, _key_of(args, action), within))

    def _claim(self, key: str, within: timedelta) -> bool:
        with self._desk.database.transaction() as session:
            return claim(session, key, within=within, now=self._desk.clock())

    def _give_back(self, key: str) -> None:
        with self._desk.database.transaction() as session:
            give_back(session, key)


def _key_of(args: AsyncArgs, action: Action) -> str:
    """This person, this button of this message."""
    where, asker = args.body.get("container") or {}, asker_of(args)
    place = where.get("message_ts") or where.get("view_id") or ""
    return ":".join(
        ("click", asker.team_id, asker.user_id, place, action["action_id"], action["value"])
    )


def _message(title: Phrase, said: Said, reader: Reader) -> dict[str, Any]:
    return message_view(reader.plain(title), said, reader.plain(say("Close")))
