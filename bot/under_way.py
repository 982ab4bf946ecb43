"""How far a large file is, told in the conversation that it goes to; the file matters more."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from bot.blocks.kit import Reader
from bot.blocks.render import told
from core.phrases import Phrase, say

LARGE = 8 << 20
"""Bytes from which on it may take long: up to Slack with 10 Mbit a second, seven seconds."""
UPDATE_SECONDS = 1.0

MISHAPS = (SlackApiError, OSError, http.client.HTTPException)


class UnderWay:
    """A file that is read once, and what was told of it; one message, rewritten once a second."""

    def __init__(
        self, client: WebClient, channel: str, data: BinaryIO, length: int, reader: Reader
    ) -> None:
        self._client, self._channel, self._reader = client, channel, reader
        self._data, self._length = data, length
        self._where: dict[str, Any] = {}
        self._not_before = 0.0

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        piece = self._data.read(size)
        if self._where and time.monotonic() >= self._not_before:
            self._rewrite(self._so_far())
        return piece

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell that it begins and how it ended; nothing of that can harm the file."""
        with suppress(*MISHAPS):
            answer = self._client.chat_postMessage(
                channel=self._channel, **told(self._so_far(), self._reader).posted()
            )
            self._where = {"channel": answer["channel"], "ts": answer["ts"]}
        self._not_before = time.monotonic() + UPDATE_SECONDS
        ended = say("The file could not be sent just now. It is tried again by itself.")
        try:
            yield
            ended = say("The file is here.")
        finally:
            self._end(ended)

    def _so_far(self) -> Phrase:
        percent = 100 * self._data.tell() // max(self._length, 1)
        return say("A large file is on its way: {percent} %.", percent=percent)

    def _end(self, sentence: Phrase) -> None:
        if self._where:
            time.sleep(max(0.0, self._not_before - time.monotonic()))
        self._rewrite(sentence)

    def _rewrite(self, sentence: Phrase) -> None:
        if not self._where:
            return
        with suppress(*MISHAPS):
            self._client.chat_update(**self._where, **told(sentence, self._reader).posted())
        self._not_before = time.monotonic() + UPDATE_SECONDS
