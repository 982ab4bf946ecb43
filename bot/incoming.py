"""Files that people put into Slack, fetched with the bot's token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from core.commands.registry import Attachment
from core.enquiries import MOST_BYTES
from core.refusals import Refusal, limit, unavailable

SECONDS = 60
CHUNK = 1 << 16


async def fetched(
    files: Iterable[Mapping[str, Any]], token: str, api_url: str, *, most: int = MOST_BYTES
) -> tuple[Attachment, ...]:
    """The files' contents; raise Refusal for one that is too large or cannot be had."""
    timeout = aiohttp.ClientTimeout(SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as client:
        return tuple([await _fetched(client, one, token, api_url, most) for one in files])


async def _fetched(
    client: aiohttp.ClientSession, file: Mapping[str, Any], token: str, api_url: str, most: int
) -> Attachment:
    name = str(file.get("name") or "file")
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    if int(file.get("size") or 0) > most:
        raise _too_large(name, most)
    if not _is_slacks(url, api_url):
        raise _not_had(name)
    try:
        async with client.get(url, headers={"Authorization": f"Bearer {token}"}) as response:
            if response.status != 200 or response.content_type == "text/html":  # noqa: PLR2004
                raise _not_had(name)
            data = await _within(response, name, most)
            return Attachment(name, response.content_type, data)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _not_had(name) from error


async def _within(response: aiohttp.ClientResponse, name: str, most: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        data += chunk
        if len(data) > most:
            raise _too_large(name, most)
    return bytes(data)


def _is_slacks(url: str, api_url: str) -> bool:
    """The token goes to Slack's own hosts only, or to the stand-in's."""
    there, ours = urlsplit(url), urlsplit(api_url)
    if there.netloc == ours.netloc and there.scheme == ours.scheme:
        return True
    host = there.hostname or ""
    return there.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))


def _too_large(name: str, most: int) -> Refusal:
    return limit(
        "file_too_large",
        "{name} is larger than {most} MB. Send a smaller one.",
        name=name,
        most=most >> 20,
    )


def _not_had(name: str) -> Refusal:
    return unavailable(
        "file_not_had",
        "{name} could not be fetched from Slack, so nothing was done. Send it again.",
        name=name,
    )
