"""How requests to the API say who asks: Basic, or a Bearer token that is renewed in time."""

from __future__ import annotations

import base64
import threading
import time

import httpx

from core.settings import Settings
from core.sources.failures import CredentialRefused, Unanswered

SPARE_SECONDS = 30.0
USUAL_SECONDS = 300.0
"""How long a token lasts if its giver does not say."""


class Tokens:
    """The Authorization header of the moment, for all threads."""

    def __init__(self, settings: Settings, http: httpx.Client) -> None:
        secret = settings.ielts_api_client_secret
        pair = (settings.ielts_api_client_id or "", secret.get_secret_value() if secret else "")
        self._basic = "Basic " + base64.b64encode(":".join(pair).encode()).decode()
        self._url, self._http = settings.ielts_api_token_url, http
        self._bearer, self._until = "", 0.0
        self._lock = threading.Lock()

    @property
    def renewable(self) -> bool:
        """Whether a refused token can be replaced by a new one."""
        return self._url is not None

    def header(self) -> str:
        """What to send now; raise Unanswered if no token could be had."""
        if self._url is None:
            return self._basic
        with self._lock:
            if time.monotonic() >= self._until:
                self._renew(self._url)
            return self._bearer

    def renewed(self) -> str:
        """A new token, since the last one was refused before its time."""
        with self._lock:
            self._until = 0.0
        return self.header()

    def _renew(self, url: str) -> None:
        try:
            response = self._http.post(
                url,
                data={"grant_type": "client_credentials"},
                headers={"Authorization": self._basic, "Accept": "application/json"},
            )
        except httpx.TransportError as error:
            raise Unanswered(f"No token could be had ({type(error).__name__}).") from None
        if response.status_code in {400, 401, 403}:
            raise CredentialRefused(f"The token was refused ({response.status_code}).")
        try:
            given = response.json() if response.is_success else {}
            self._bearer = f"Bearer {given['access_token']}"
            seconds = float(given.get("expires_in", USUAL_SECONDS))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unanswered(f"No token could be had ({response.status_code}).") from None
        self._until = time.monotonic() + max(seconds - SPARE_SECONDS, seconds / 2)
