"""The one clock. Services are handed `now`; only doors ask this."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.settings import Settings

CLOCK = "clock"
"""The file in the playground's folder with the seconds by which the clock is ahead."""


def now(settings: Settings) -> datetime:
    """The present moment in UTC, the frozen one of a test, or the moved one of a demo."""
    if settings.now is not None:
        return settings.now
    moment = datetime.now(UTC)
    return moment if settings.playground_dir is None else moment + _ahead(settings.playground_dir)


def _ahead(playground: Path) -> timedelta:
    """Nothing while nobody has moved the clock. Work that the engine delays waits in real time."""
    try:
        return timedelta(seconds=float((playground / CLOCK).read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta()
