"""What is answered: JSON with an ETag, so that whoever asks again for the same gets 304."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import Request, Response

JSON = "application/json"
PRIVATE = {"Cache-Control": "private, no-cache"}

_encode = msgspec.json.Encoder(enc_hook=str).encode
"""A Phrase is a str, which msgspec wants to be told."""


def answer(
    request: Request,
    document: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The document, or 304 if the visitor has it already."""
    return _tagged(request, _encode(document), JSON, status, headers or {})


def picture(request: Request, data: bytes, media_type: str) -> Response:
    """Bytes, likewise."""
    return _tagged(request, data, media_type, 200, {"X-Content-Type-Options": "nosniff"})


def _tagged(
    request: Request, body: bytes, media_type: str, status: int, headers: Mapping[str, str]
) -> Response:
    more = PRIVATE | dict(headers)
    if request.method == "GET":
        tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        more["ETag"] = tag
        if _has_it(request.headers.get("If-None-Match", ""), tag):
            return Response(status_code=304, headers=more)
    return Response(body, status, more, media_type)


def _has_it(known: str, tag: str) -> bool:
    return known.strip() == "*" or tag in re.findall(r'"[^"]*"', known)
