"""Access tokens for a mailbox at Gmail or Microsoft 365, fetched anew before they end."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import httpx

from core.settings import Settings

EARLY_SECONDS = 120.0
TIMEOUT_SECONDS = 20.0


class NoTokenError(Exception):
    """The other side gave no token; the message says what it said."""


@dataclass(frozen=True, slots=True)
class _Access:
    token: str
    ends_at: float


class AccessTokens:
    """By a refresh token where there is one, else by the client's own right."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url, self._settings = url, settings
        self._lock = threading.Lock()
        self._access: _Access | None = None

    def token(self, *, fresh: bool = False) -> str:
        """A token that is good for a while; raise NoTokenError without one."""
        with self._lock:
            known = self._access
            if fresh or known is None or known.ends_at < time.monotonic() + EARLY_SECONDS:
                known = self._access = self._asked()
            return known.token

    def _asked(self) -> _Access:
        try:
            answer = httpx.post(self._url, data=self._form(), timeout=TIMEOUT_SECONDS)
            document = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NoTokenError(f"No access token could be fetched: {error}") from error
        if not answer.is_success or "access_token" not in document:
            said = document.get("error_description") or document.get("error") or answer.status_code
            raise NoTokenError(f"No access token was given: {said}")
        ends_at = time.monotonic() + float(document.get("expires_in", 600))
        return _Access(document["access_token"], ends_at)

    def _form(self) -> dict[str, str]:
        settings = self._settings
        refresh, secret = settings.imap_oauth_refresh_token, settings.imap_oauth_client_secret
        form = {
            "grant_type": "client_credentials" if refresh is None else "refresh_token",
            "client_id": settings.imap_oauth_client_id or "",
            "refresh_token": "" if refresh is None else refresh.get_secret_value(),
            "client_secret": "" if secret is None else secret.get_secret_value(),
            "scope": settings.imap_oauth_scope or "",
        }
        return {name: value for name, value in form.items() if value}
