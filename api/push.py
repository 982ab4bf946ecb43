"""The webhooks' way out: signed by the Standard Webhooks scheme, to where nobody is fooled."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpcore
from standardwebhooks import Webhook

from api.guarded import ForbiddenAddress, GuardedBackend
from core import endpoint_health
from core.database import Database
from core.endpoints import allowed_hosts
from core.refusals import Refusal
from core.settings import Settings
from core.transports import LaneDown, Message, NotSent
from core.webhook_secrets import opened
from core.webhooks import WebhookCall

TIMEOUTS = {"connect": 5.0, "read": 15.0, "write": 15.0, "pool": 20.0}
CONNECTIONS = 20
MOST_ANSWER = 16_384
NOTED_EVERY = timedelta(minutes=1)
LONGEST_ASKED = 86400.0
GONE = 410
ONLY_THIS_ONE = frozenset({400, 409, 413, 422})
"""Answers that are about the event and not about the endpoint: others may be sent meanwhile."""


class WebhookTransport:
    """Sends events; what an endpoint answers is remembered in its row."""

    spacing = 0.0

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._pool = httpcore.ConnectionPool(
            max_connections=CONNECTIONS,
            keepalive_expiry=30.0,
            ssl_context=ssl.create_default_context(),
            network_backend=GuardedBackend(allowed_hosts(settings)),
        )

    def send(self, message: Message) -> str:
        """Send one event; give its id. Redirects are refused: they lead to unchecked places."""
        call: WebhookCall = message.notice
        try:
            secret = opened(call.secret, self._settings)
        except Refusal as no:
            raise NotSent(no.message) from no
        try:
            status, retry_after = self._posted(call, secret)
        except ForbiddenAddress as no:
            raise self._failed(call, f"It is not called: {no}") from no
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as no:
            raise self._failed(call, f"It cannot be reached: {type(no).__name__}") from no
        if 200 <= status < 300:  # noqa: PLR2004  any success
            self._succeeded(call)
            return call.event_id
        raise self._failed(call, f"It answered {status}", status, retry_after)

    def close(self) -> None:
        """Give connections back."""
        self._pool.close()

    def _posted(self, call: WebhookCall, secret: str) -> tuple[int, float | None]:
        headers = [
            (b"Content-Type", b"application/json"),
            (b"User-Agent", b"results-bot"),
            *signed(call, secret, self._clock()),
        ]
        with self._pool.stream(
            "POST", call.url, headers=headers, content=call.body, extensions={"timeout": TIMEOUTS}
        ) as response:
            _drained(response)
            asked = {name.lower(): value for name, value in response.headers}
            retry_after = asked.get(b"retry-after", b"").decode("ascii", "replace")
            return response.status, _seconds(retry_after, self._clock())

    def _failed(
        self, call: WebhookCall, reason: str, status: int = 0, retry_after: float | None = None
    ) -> NotSent:
        """Remember it, and say whether the others of the endpoint wait with it."""
        now = self._clock()
        asked = min(retry_after or 0.0, LONGEST_ASKED)
        rest = None if status in ONLY_THIS_ONE else asked
        with self._database.transaction() as session:
            until = endpoint_health.note_failure(
                session, call.endpoint_id, reason, rest=rest, gone=status == GONE, now=now
            )
        if until is None:
            return NotSent(reason, retry_after)
        return LaneDown(reason, (until - now).total_seconds())

    def _succeeded(self, call: WebhookCall) -> None:
        """Once a minute, or when it failed before: a thousand events make no thousand writes."""
        now = self._clock()
        if call.was_well and now - call.was_well < NOTED_EVERY:
            return
        with self._database.transaction() as session:
            endpoint_health.note_success(session, call.endpoint_id, now=now)


def signed(call: WebhookCall, secret: str, now: datetime) -> list[tuple[bytes, bytes]]:
    """The scheme's three headers: id, moment, and a signature over both and the body."""
    signature = Webhook(secret).sign(call.event_id, now, call.body.decode())
    return [
        (b"webhook-id", call.event_id.encode()),
        (b"webhook-timestamp", str(int(now.timestamp())).encode()),
        (b"webhook-signature", signature.encode()),
    ]


def _drained(response: httpcore.Response) -> None:
    """A short answer is read to its end, so that the connection can be used again."""
    until, left = time.monotonic() + TIMEOUTS["read"], MOST_ANSWER
    for piece in response.iter_stream():
        left -= len(piece)
        if left < 0 or time.monotonic() > until:
            return


def _seconds(asked: str, now: datetime) -> float | None:
    """A Retry-After, in either of its two forms."""
    if asked.isascii() and asked.isdigit() and len(asked) < 10:  # noqa: PLR2004  no huge numbers
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)
