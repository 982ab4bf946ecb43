"""What the timetable's jobs do. Any number of schedulers run them at once: tables decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import digests, feeds, heartbeats, inbox, outbox, pictures, retakes, retention
from core.database import Database
from core.settings import Settings
from core.sources import polling, watched

KEPT_WORK = timedelta(days=1)
"""How long the engine remembers what is done; the ledger has what people ask about."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What every job works with."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime]


Job = Callable[[Clockwork], int]
"""Gives how many things it did."""


def send_digests(work: Clockwork) -> int:
    """Owe the digests that are due."""
    return digests.send_due(work.database, now=work.clock())


def send_pictures(work: Clockwork) -> int:
    """Owe administrators the picture of the month that is over."""
    return pictures.send_due(work.database, now=work.clock())


def rescue_workers(work: Clockwork) -> int:
    """Give back the work of processes that are gone."""
    return heartbeats.rescue(work.database)


def sweep_ledger(work: Clockwork) -> int:
    """Enqueue again what the engine lost, on its way out or in."""
    now = work.clock()
    with work.database.transaction() as session:
        return outbox.sweep(session, now=now) + inbox.sweep(session, now=now)


def prune_engine(work: Clockwork) -> int:
    """Forget work that is done; by the real clock, which the engine goes by."""
    return work.database.work.prune(heartbeats.real_now() - KEPT_WORK)


def poll_results(work: Clockwork) -> int:
    """Take in what is new at the official results API, where one is configured."""
    return polling.tick(work.database, work.settings, work.clock())


def check_watches(work: Clockwork) -> int:
    """Ask the official results API about watched numbers, within what its quota leaves over."""
    return watched.tick(work.database, work.settings, work.clock())


def sound_feed_alarm(work: Clockwork) -> int:
    """Tell administrators when results stop arriving, and when they do again."""
    return feeds.tick(work.database, work.settings, work.clock())


def note_sittings(work: Clockwork) -> int:
    """Note who sat when of large loads, by which One Skill Retakes are found."""
    return retakes.note_all(work.database)


def apply_retention(work: Clockwork) -> int:
    """Delete what is past its time."""
    with work.database.transaction() as session:
        purged = retention.purge(session, now=work.clock(), settings=work.settings)
    return sum(purged.document()["purged"].values())
