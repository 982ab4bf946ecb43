"""Slack's three-step upload.

A file is posted by its last step, which names it by its id: that step may be repeated, and the
file is there once.
"""

from __future__ import annotations

import http.client
import io
import time
import urllib.error
import urllib.request
from contextlib import nullcontext
from dataclasses import dataclass
from typing import BinaryIO

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse, WebClient

from bot.blocks.kit import Reader
from bot.replies import SERVER_ERROR, TOO_MANY, code_of, seconds_of, status_of
from bot.under_way import LARGE, UnderWay
from core.transports import InDoubt, NotSent

SECONDS = 120
PAUSES = (0.5, 2.0, 5.0)
SHORT_WAIT = 5.0
TRANSIENT = frozenset({"file_update_failed", "internal_error", "fatal_error", "file_not_ready"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file for a conversation, with a sentence that names nobody."""

    filename: str
    data: BinaryIO
    comment: str
    reader: Reader


def uploaded(client: WebClient, channel: str, upload: Upload) -> str:
    """Do the three steps; give the file's id. Raise as the transport does."""
    length = upload.data.seek(0, io.SEEK_END)
    upload.data.seek(0)
    under_way = UnderWay(client, channel, upload.data, length, upload.reader)
    with under_way.told() if length >= LARGE else nullcontext():
        asked = _asked(client, upload.filename, length)
        _put(str(asked["upload_url"]), under_way, length)
        file_id = str(asked["file_id"])
        _complete(client, channel, upload, file_id)
    return file_id


def _asked(client: WebClient, filename: str, length: int) -> SlackResponse:
    try:
        return client.files_getUploadURLExternal(filename=filename, length=length)
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(f"Slack could not be asked: {type(error).__name__}.") from error


def _put(url: str, data: UnderWay, length: int) -> None:
    """Nobody sees a file that was not completed, so a failure here is surely not sent."""
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
    request = urllib.request.Request(url, data, headers, method="POST")  # noqa: S310  Slack's own
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            response.read()
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(f"The file was not taken: {type(error).__name__}.") from error


def _complete(client: WebClient, channel: str, upload: Upload, file_id: str) -> None:
    """Repeated with the same id until there is an answer."""
    broken: Exception | None = None
    for pause in (*PAUSES, None):
        asked = 0.0
        try:
            client.files_completeUploadExternal(
                files=[{"id": file_id, "title": upload.filename}],
                channel_id=channel,
                initial_comment=upload.comment,
            )
        except SlackApiError as error:
            if not _is_transient(error) or pause is None:
                raise
            asked = seconds_of(error) or 0.0
        except (OSError, http.client.HTTPException) as error:
            broken = error
        else:
            return
        if pause is not None:
            time.sleep(max(pause, asked))
    raise InDoubt(f"Whether the file was posted is not known: {type(broken).__name__}.")


def _is_transient(error: SlackApiError) -> bool:
    """Also a short wait: the file itself is up there already, and need not go there again."""
    status = status_of(error)
    if status == TOO_MANY:
        return (seconds_of(error) or 0) <= SHORT_WAIT
    return status >= SERVER_ERROR or code_of(error) in TRANSIENT


def is_unsent(error: Exception) -> bool:
    """Whether the connection failed before anything could be said by it."""
    reason = getattr(error, "reason", None)
    return (
        isinstance(error, urllib.error.URLError)
        and isinstance(reason, ConnectionRefusedError | OSError)
        and not isinstance(reason, TimeoutError | ConnectionResetError)
    )
