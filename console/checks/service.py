"""The service as somebody who watches it sees it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from console.checks.finding import Finding, failure, off, ok
from core.settings import Settings

SECONDS = 5.0


def ready(settings: Settings) -> Iterator[Finding]:
    """Whether the HTTP interface answers where the settings say, and is ready."""
    where = f"http://{settings.http_host}:{settings.http_port}/readyz"
    try:
        response = httpx.get(where, timeout=SECONDS)
    except httpx.HTTPError:
        yield off("http", f"{where} does not answer: `results-bot serve` is not running here.")
        return
    if response.is_success:
        yield ok("http", f"{where} is ready.")
    else:
        yield failure(
            "http", f"{where} answers {response.status_code}.", "Its log tells why it is not ready."
        )
