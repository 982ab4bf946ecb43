"""Slack as a way out (core.transports): direct messages, files, and posts to a channel."""

from __future__ import annotations

import http.client
import io
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any, BinaryIO

from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient
from sqlmodel import Session

from bot.askers import SHARED_FLAGS, refuse_strangers
from bot.blocks.kit import Reader
from bot.blocks.notices import notice
from bot.blocks.render import Said
from bot.desk import Desk
from bot.files import SlackFile
from bot.replies import (
    NOT_GIVEN,
    NOT_ITS_BLOCKS,
    SERVER_ERROR,
    TOKEN_DEAD,
    TOO_MANY,
    code_of,
    seconds_of,
    status_of,
)
from bot.threads import NO_THREAD, message_with, thread_of
from bot.uploads import Upload, is_unsent, uploaded
from bot.workspaces import Workspaces
from core.database import Database
from core.installations import channel_language
from core.notices import Digest
from core.refusals import Refusal
from core.settings import Settings
from core.transports import InDoubt, LaneDown, Message, NotSent, Refused

AGAIN = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_not_ready"}
)


class SlackTransport:
    """Never repeats a call by itself: the ledger decides, by what is known of the last try."""

    spacing = 1.0

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._prefix = settings.slack_command_prefix
        self._workspaces = Workspaces(Desk(settings, database, clock))
        self._direct: dict[str, str] = {}
        self._lock = threading.Lock()

    def send(self, message: Message) -> str:
        """See Transport."""
        team_id = message.lane.partition(":")[0]
        file = _file(message.notice)
        with file[1] if file is not None else nullcontext():
            try:
                return self._sent(message, team_id, file)
            except SlackApiError as error:
                raise self._outcome(error, team_id) from error
            except (OSError, http.client.HTTPException) as error:
                reason = type(error).__name__
                if is_unsent(error):
                    raise NotSent(f"Slack could not be reached: {reason}.") from error
                raise InDoubt(f"The connection to Slack broke: {reason}.") from error

    def close(self) -> None:
        """Nothing is held open."""

    def _sent(self, message: Message, team_id: str, file: tuple[str, BinaryIO] | None) -> str:
        found = self._workspaces.look_up(team_id)
        if found is None:
            raise Refused("The bot is not in that workspace any more.")
        client = self._workspaces.client(found.token)
        with self._database.reading() as session:
            thread, reader = thread_of(session, message), self._reader(session, message)
        said = notice(message.notice, reader)
        channel = message.lane.partition(":")[2]
        if message.recipient is not None:
            channel = self._direct_channel(client, team_id, channel, fresh=file is not None)
        else:
            _refuse_shared(client, channel)
        if file is not None:
            return uploaded(client, channel, Upload(*file, said.text, reader))
        if thread is not None:
            thread = _before(message_with, client, thread, channel)
        return _posted(client, channel, said, thread)

    def _reader(self, session: Session, message: Message) -> Reader:
        recipient = message.recipient
        if recipient is None:
            language = channel_language(session, message.organisation_id)
            return Reader(language, prefix=self._prefix)
        return Reader(recipient.language, recipient.time_zone, self._prefix)

    def _direct_channel(self, client: WebClient, team_id: str, user_id: str, *, fresh: bool) -> str:
        """Their direct messages; before a file, who they are is asked anew."""
        key = f"{team_id}:{user_id}"
        known = self._direct.get(key)
        if known is None or fresh:
            _refuse_stranger(client, team_id, user_id)
        if known is None:
            answer = _before(client.conversations_open, users=user_id)
            known = str((answer.get("channel") or {}).get("id") or user_id)
            with self._lock:
                self._direct[key] = known
        return known

    def _outcome(self, error: SlackApiError, team_id: str) -> Exception:
        """What Slack's answer means for the ledger."""
        code, status = code_of(error), status_of(error)
        if status == TOO_MANY or code in {"ratelimited", "rate_limited"}:
            return LaneDown("Slack asks to wait.", seconds_of(error))
        if status >= SERVER_ERROR or code in AGAIN:
            return NotSent(f"Slack is in trouble: {code}, {status}.", seconds_of(error))
        if code in TOKEN_DEAD:
            self._workspaces.forget(team_id)
            return Refused(f"Slack does not take the bot's token any more: {code}.")
        if code == NOT_GIVEN:
            return Refused("The app is not added to that workspace; an org owner can add it.")
        return Refused(f"Slack refused it: {code}.")


def _posted(client: WebClient, channel: str, said: Said, thread: str | None) -> str:
    more = {"thread_ts": thread} if thread else {}
    try:
        answer = client.chat_postMessage(channel=channel, **said.posted(**more))
    except SlackApiError as error:
        code = code_of(error)
        if code in NO_THREAD and thread:
            answer = client.chat_postMessage(channel=channel, **said.posted())
        elif code == NOT_ITS_BLOCKS:
            answer = client.chat_postMessage(channel=channel, **said.simpler().posted(**more))
        else:
            raise
    return str(answer.get("ts") or "")


def _refuse_stranger(client: WebClient, team_id: str, user_id: str) -> None:
    """Rights are read again right before something is handed over."""
    try:
        answer = _before(client.users_info, user=user_id)
        refuse_strangers(answer.get("user") or {}, team_id)
    except Refusal as refusal:
        raise Refused(refusal.message) from refusal
    except SlackApiError as error:
        if code_of(error) in {"user_not_found", "user_not_visible"}:
            raise Refused("The Slack account is gone.") from error
        raise


def _refuse_shared(client: WebClient, channel: str) -> None:
    """A channel that was the organisation's alone when it was chosen may have been shared since."""
    answer = _before(client.conversations_info, channel=channel)
    if any((answer.get("channel") or {}).get(flag) for flag in SHARED_FLAGS):
        raise Refused("The channel is shared with another company now. Choose another one.")


def _before(call: Callable[..., Any], *given: Any, **arguments: Any) -> Any:
    """A call before the one that sends: if it breaks, nothing was sent."""
    try:
        return call(*given, **arguments)
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(f"Slack could not be asked: {type(error).__name__}.") from error


def _file(told: Any) -> tuple[str, BinaryIO] | None:
    if isinstance(told, SlackFile):
        return told.filename, told.data
    if isinstance(told, Digest) and told.file is not None:
        return told.file.filename, io.BytesIO(told.file.data)
    return None
