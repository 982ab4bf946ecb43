"""Settings and database, opened once for each call of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from core import clock
from core.database import Database
from core.refusals import usage
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """What every subcommand works with."""

    settings: Settings
    database: Database

    @property
    def now(self) -> datetime:
        """The clock of the settings."""
        return clock.now(self.settings)


def read_settings() -> Settings:
    """The settings; raise Refusal naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise usage(
            "settings_wrong",
            "A setting is wrong. {problems}. docs/settings.md explains each.",
            problems="; ".join(_problem(one["loc"], one["msg"]) for one in error.errors()),
        ) from None


@contextmanager
def open_desk() -> Iterator[Desk]:
    """The desk on a database that is up to date; raise Refusal if it is not."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        database.require_current()
        yield Desk(settings, database)
    finally:
        database.close()


def _problem(location: tuple[int | str, ...], message: str) -> str:
    name = "_".join(str(part) for part in location).upper()
    return f"RESULTS_{name}: {message}" if name else message
