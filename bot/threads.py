"""In which thread something is told: under the message that showed what it is about."""

from __future__ import annotations

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient
from sqlmodel import Session

from bot.replies import OK, status_of
from core.notices import ChannelNews, ResultsChanged, SharedChanged, WatchHit
from core.slack_cards import message_of
from core.transports import Message

A_FILE = "F"
"""Slack's ids of files begin with it, those of messages are times."""

NO_THREAD = frozenset(
    {
        "cannot_reply_to_message",
        "invalid_thread_ts",
        "message_not_found",
        "restricted_action_thread_locked",
        "thread_not_found",
    }
)
"""What Slack answers where the message is gone, or takes no replies: then it is told plainly."""


def thread_of(session: Session, message: Message) -> str | None:
    """Slack's id of the message, or of its file; None where there is none."""
    notice, person = message.notice, message.recipient
    if isinstance(notice, ResultsChanged | SharedChanged | ChannelNews):
        return notice.thread or None
    if isinstance(notice, WatchHit) and person is not None:
        reader = person.user_id, message.lane
        return message_of(session, reader, notice.record.trf_number)
    return None


def message_with(client: WebClient, file_or_message: str, channel: str) -> str | None:
    """The message in the channel that brought a file, None if it is gone; a message as it is."""
    if not file_or_message.startswith(A_FILE):
        return file_or_message
    try:
        answer = client.files_info(file=file_or_message)
    except SlackApiError as error:
        if status_of(error) == OK:  # deleted, or not for the bot any more
            return None
        raise
    shares: dict[str, Any] = (answer.get("file") or {}).get("shares") or {}
    found = [one for where in shares.values() for one in where.get(channel, ())]
    return str(found[0]["ts"]) if found else None
