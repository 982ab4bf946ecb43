"""The one clock. Services are handed `now`; only doors ask this."""

from __future__ import annotations

from datetime import UTC, datetime

from core.settings import Settings


def now(settings: Settings) -> datetime:
    """The present moment in UTC, or the frozen one of a test."""
    return settings.now or datetime.now(UTC)
