"""What must be read again is kept sealed with the operator's key (Fernet)."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken

from core.refusals import unavailable, usage


class Seal:
    """Seals with one key; raise Refusal for a key that cannot be one."""

    def __init__(self, key: str) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError:
            raise usage(
                "bad_key",
                "RESULTS_SECRET_KEY is not a key. `openssl rand -base64 32 | tr +/ -_` makes one.",
            ) from None

    def sealed(self, plain: str) -> str:
        """What may be stored."""
        return self._fernet.encrypt(plain.encode()).decode()

    def opened(self, sealed: str) -> str:
        """What was sealed; raise Refusal if it was with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise unavailable(
                "sealed_otherwise",
                "It was sealed with another RESULTS_SECRET_KEY. Restore that key.",
            ) from None
