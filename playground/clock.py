"""The service's clock as it can be moved: a file with the seconds by which it is ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

MORNING = 9


class MovedClock:
    """What RESULTS_CLOCK_FILE names. Time goes on from wherever it is put."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def ahead(self) -> timedelta:
        """How far it is before the real one."""
        try:
            return timedelta(seconds=float(self._file.read_text(encoding="ascii")))
        except FileNotFoundError:
            return timedelta()

    def now(self) -> datetime:
        """What the service takes for the present moment."""
        return datetime.now(UTC) + self.ahead

    def put(self, moment: datetime) -> None:
        """Go on from this moment."""
        seconds = (moment - datetime.now(UTC)).total_seconds()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_name(f"{self._file.name}.part")
        part.write_text(f"{seconds}\n", encoding="ascii")
        part.replace(self._file)

    def to_tomorrow_morning(self) -> datetime:
        """Put it to 09:00 (UTC) of the next day; the new moment."""
        tomorrow = self.now() + timedelta(days=1)
        moment = tomorrow.replace(hour=MORNING, minute=0, second=0, microsecond=0)
        self.put(moment)
        return moment
