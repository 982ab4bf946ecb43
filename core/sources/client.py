"""Both generations of the official results API over HTTP (IELTS-API.md)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from core.database import Database
from core.settings import Settings
from core.sources import quota
from core.sources.answers import Answered, read
from core.sources.failures import CredentialRefused, TooManyRecords, Unanswered
from core.sources.tokens import Tokens
from core.trf_numbers import TrfNumber

PATHS = {"1": "/v1/ielts/result-verification", "2": "/api/v2/ielts/result-verification"}
MOMENT = "%Y-%m-%dT%H:%M:%S"
TOO_MANY = frozenset({400, 413, 422})
"""How an over-large range is refused: nowhere written down, so any refusal of a range is tried
again with a smaller one."""
PAGE = 1000
TRIES = 3
PAUSES = (0.5, 1.5)
LONGEST_ASKED = 10.0
"""A Retry-After that is waited for at once; a longer one is for the next poll."""


class ResultsApi:
    """Asks as one client; every request is counted before it is made. Safe for threads."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        now: Callable[[], datetime],
        *,
        tries: int = TRIES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        assert settings.ielts_api_url is not None  # noqa: S101  configured
        self._settings, self._database, self._now = settings, database, now
        self._tries, self._sleep = tries, sleep
        self._url = settings.ielts_api_url.rstrip("/") + PATHS[settings.ielts_api_version]
        self._http = httpx.Client(
            timeout=settings.ielts_api_timeout, follow_redirects=False, trust_env=False
        )
        self._tokens = Tokens(settings, self._http)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def look_up(self, number: TrfNumber) -> Answered:
        """What is known of a number; raise Unanswered if that could not be found out."""
        return self._asked({"trfNumber": number})

    def modified(self, start: datetime, end: datetime, page: int | None = None) -> Answered:
        """Records modified in a range, ends included; raise TooManyRecords for too long a one."""
        query = {"startDateTime": _moment(start), "endDateTime": _moment(end)}
        if self._settings.ielts_api_photos:
            query["photoFlag"] = "Y"
        if page is not None:
            query |= {"page": str(page), "limit": str(PAGE)}
        return self._asked(query, is_range=True)

    def _asked(self, query: dict[str, str], *, is_range: bool = False) -> Answered:
        """Try again what may go well a moment later: connections, time-outs, 429 and 5xx."""
        for attempt in range(self._tries):
            try:
                return self._asked_once(query, is_range=is_range)
            except (CredentialRefused, TooManyRecords):
                raise
            except Unanswered as failure:
                pause = failure.retry_after or PAUSES[min(attempt, len(PAUSES) - 1)]
                last = attempt == self._tries - 1 or failure.code == "quota"
                if last or pause > LONGEST_ASKED:
                    raise
                self._sleep(pause)
        raise AssertionError

    def _asked_once(self, query: dict[str, str], *, is_range: bool) -> Answered:
        transaction_id = str(uuid4())
        response = self._sent(query, transaction_id, self._tokens.header())
        if response.status_code == httpx.codes.UNAUTHORIZED and self._tokens.renewable:
            response = self._sent(query, transaction_id, self._tokens.renewed())
        _refuse_failures(response, transaction_id, is_range=is_range)
        return read(response.content, transaction_id)

    def _sent(self, query: dict[str, str], transaction_id: str, authorization: str) -> Any:
        quota.spend(self._database, self._settings, self._now())
        headers = {
            "Authorization": authorization,
            "Accept": "application/json",
            "X-TRANSACTION-ID": transaction_id,
        }
        try:
            return self._http.get(self._url, params=query, headers=headers)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unanswered(_said(error), transaction_id) from None


def _refuse_failures(response: httpx.Response, transaction_id: str, *, is_range: bool) -> None:
    status = response.status_code
    if status in {401, 403}:
        raise CredentialRefused(
            f"The client id or its secret was refused ({status}).", transaction_id
        )
    if is_range and status in TOO_MANY:
        raise TooManyRecords(f"The range was refused ({status}).", transaction_id)
    if status != httpx.codes.OK:
        asked = response.headers.get("Retry-After", "")
        retry_after = float(asked) if asked.isascii() and asked.isdigit() else None
        raise Unanswered(f"The API answered {status}.", transaction_id, retry_after)


def _said(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "The API did not answer in time."
    return f"The API could not be reached ({type(error).__name__})."


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(MOMENT)
