"""Secrets that sign webhooks: kept, since they must be read again, and sealed if there is a key."""

from __future__ import annotations

import base64
import secrets

from core.refusals import unavailable
from core.settings import Settings

MARK = "whsec_"
"""The scheme's own; what begins otherwise is sealed."""


def new_secret() -> str:
    """With as much chance as the scheme advises."""
    return MARK + base64.b64encode(secrets.token_bytes(32)).decode()


def stored(secret: str, settings: Settings) -> str:
    """As the database has it."""
    if settings.secret_key is None:
        return secret
    from core.sealing import Seal  # the command line starts without it

    return Seal(settings.secret_key.get_secret_value()).sealed(secret)


def opened(kept: str, settings: Settings) -> str:
    """What `stored` was given; raise Refusal if it is sealed and the key is another or gone."""
    if kept.startswith(MARK):
        return kept
    if settings.secret_key is None:
        raise unavailable(
            "no_secret_key",
            "The webhook's secret is sealed and RESULTS_SECRET_KEY is not set. Restore that key.",
        )
    from core.sealing import Seal

    return Seal(settings.secret_key.get_secret_value()).opened(kept)
