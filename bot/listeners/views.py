"""Forms: opened within a trigger's three seconds, and submitted."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.answers import Heard
from bot.askers import asker_of
from bot.blocks.kit import Reader
from bot.forms import AT_ONCE, FORMS, Opening, filled, template_problems
from bot.homes import Homes
from bot.incoming import fetched
from bot.jobs import Jobs
from bot.lines import Lines
from bot.modals import report, template
from bot.modals.form import Form, Submitted, View, waiting
from bot.replies import code_of
from bot.telling import message_view, show_view
from core.actors import Actor
from core.phrases import Phrase, say
from core.refusals import Refusal

IS_MODAL = "modal"
JOB = "job"

IN_PLACE_SECONDS = 1.5
"""Errors can be shown in place only by the acknowledgement, which Slack awaits for three."""

ACK_ARRIVES_SECONDS = 0.3
"""An update that overtook the acknowledgement would be replaced by it."""


class Views:
    """Everything about modals."""

    def __init__(self, lines: Lines, jobs: Jobs, homes: Homes) -> None:
        self._lines, self._jobs, self._homes = lines, jobs, homes
        self._answers, self._desk = lines.answers, lines.answers.desk

    async def show(self, args: AsyncArgs, title: Phrase, reader: Reader) -> str:
        """A modal that says to wait, on top of one that is open; its id."""
        opening = args.body.get("view") or {}
        call = args.client.views_push if opening.get("type") == IS_MODAL else args.client.views_open
        answer = await call(trigger_id=args.body["trigger_id"], view=waiting(title, reader))
        return str((answer.get("view") or {}).get("id") or "")

    async def open(self, args: AsyncArgs, opening: Opening) -> None:
        """Open a form: at once where it needs nothing, else a waiting one that is filled."""
        asker, form = asker_of(args), FORMS[opening.name]
        view_id = await self.show(args, form.title, self._answers.readers.last(asker))
        try:
            actor = await self._answers.actor(args.client, asker)
            view = await self._view(actor, opening, self._answers.readers.of(actor, asker))
        except Refusal as refusal:
            view = _message(form.title, await self._answers.refused(asker, refusal))
        await show_view(args.client.views_update, view, view_id=view_id)

    async def begin(self, args: AsyncArgs) -> None:
        """A form came back: errors in place, the answer in its place, or `one moment`."""
        form = FORMS[args.body["view"]["callback_id"]]
        submitted = Submitted.of(args.body["view"])
        job = self._jobs.start(self._heard(args, form, submitted))
        if not await self._jobs.soon(job, IN_PLACE_SECONDS):
            args.context[JOB] = job
            wait = waiting(form.title, self._answers.readers.last(asker_of(args)))
            await args.ack(response_action="update", view=wait)
            return
        heard = await self._jobs.result(job)
        errors = _errors(form, submitted, heard)
        if errors:
            await args.ack(response_action="errors", errors=errors)
            return
        await args.ack(response_action="update", view=_message(form.title, heard))

    async def finish(self, args: AsyncArgs) -> None:
        """The answer of a slow one, and a Home tab that shows what is new."""
        if JOB in args.context:
            form = FORMS[args.body["view"]["callback_id"]]
            heard = await self._jobs.result(args.context[JOB])
            await asyncio.sleep(ACK_ARRIVES_SECONDS)
            view = _message(form.title, heard)
            await show_view(args.client.views_update, view, view_id=args.body["view"]["id"])
        await self._homes.again(args)

    async def build(self, args: AsyncArgs, action: dict[str, Any]) -> None:
        """A row of the template builder was added or moved."""
        view = args.body["view"]
        draft = template.Draft.of(Submitted.of(view).metadata)
        chosen = (action.get("selected_option") or {}).get("value") or ""
        move, _, heading = chosen.partition(":")
        if action["action_id"] == template.ADD:
            draft = draft.with_field(chosen)
        else:
            draft = draft.moved(heading, move)
        asker = asker_of(args)
        actor = await self._answers.actor(args.client, asker)
        built = template.view(self._answers.readers.of(actor, asker), draft)
        try:
            await args.client.views_update(view_id=view["id"], view=built, hash=view["hash"])
        except SlackApiError as error:
            if code_of(error) != "hash_conflict":  # a second click was quicker
                raise

    async def _view(self, actor: Actor, opening: Opening, reader: Reader) -> View:
        if opening.name in AT_ONCE:
            return AT_ONCE[opening.name](reader, opening.number)

        def read() -> View:
            with self._desk.database.reading() as session:
                return filled(session, actor, opening, reader, self._desk.clock())

        return await self._desk.run(read)

    async def _heard(self, args: AsyncArgs, form: Form, submitted: Submitted) -> Heard:
        """The form's line, answered, or what is wrong with its inputs."""
        asker = asker_of(args)
        try:
            if form is template.FORM:
                actor = await self._answers.actor(args.client, asker)
                await self._desk.run(partial(self._look_over, actor, submitted))
            files = await fetched(
                submitted.files(report.COPIES),
                args.context.bot_token or "",
                self._desk.settings.slack_api_url,
            )
            line = form.line(submitted)
        except Refusal as refusal:
            return await self._answers.refused(asker, refusal)
        return await self._lines.heard(args.client, asker, line, files)

    def _look_over(self, actor: Actor, submitted: Submitted) -> None:
        with self._desk.database.reading() as session:
            template_problems(session, actor, submitted)


def _errors(form: Form, submitted: Submitted, heard: Heard) -> dict[str, str]:
    """What is shown at the inputs, each in the language of whoever filled them in."""
    if heard.refusal is None:
        return {}
    found = form.problems(heard.refusal, submitted)
    return {block: heard.reader.plain(problem) for block, problem in found.items()}


def _message(title: Phrase, heard: Heard) -> View:
    reader = heard.reader
    return message_view(reader.plain(title), heard.said, reader.plain(say("Close")))
