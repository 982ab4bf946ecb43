"""The database: there, of the right age, whole, with room, and keeping our time."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, func, select

from console.checks.finding import Finding, failure, listed, off, ok, warning
from console.opening import Desk
from core.database import Database, revisions
from core.refusals import Refusal
from core.tables import AuditEvent, Organisation, User
from core.terms import Role

LITTLE_ROOM = 1 << 30
NO_ROOM = 100 << 20
SKEW = timedelta(seconds=5)
AHEAD = timedelta(minutes=1)


def database(desk: Desk) -> Finding:
    """Whether it can be worked with at all; a failure ends the checks that need it."""
    where = desk.database.url.render_as_string(hide_password=True)
    try:
        desk.database.require_current()
    except Refusal as no:
        return failure("database", f"{where}: {no.message}", "")
    except DBAPIError as outage:
        reason = str(outage.orig).strip().partition("\n")[0]
        return failure(
            "database",
            f"{where} cannot be used: {reason}",
            "Start it, or mend RESULTS_DATABASE_URL.",
        )
    return ok("database", f"{where} is at version {revisions()[-1]}.")


def folder(desk: Desk) -> Iterator[Finding]:
    """Where an SQLite database lies: room, and who else can read it."""
    if not desk.database.is_sqlite:
        return
    path = Path(desk.database.url.database or "").absolute()
    free = shutil.disk_usage(path.parent).free
    room = f"{free / 1e9:.1f} GB are free beside the database."
    remedy = "Make room: results that cannot be stored are refused, not lost, but nobody is told."
    if free < NO_ROOM:
        yield failure("room", room, remedy)
    elif free < LITTLE_ROOM:
        yield warning("room", room, remedy)
    else:
        yield ok("room", room)
    if path.stat().st_mode & stat.S_IROTH and path.parent.stat().st_mode & stat.S_IXOTH:
        yield warning(
            "room",
            "Everybody on this machine can read the database, which holds people's data.",
            f"Run `chmod 700 {path.parent}` as its owner.",
        )


def clock(desk: Desk) -> Iterator[Finding]:
    """Our clock against the database's; on SQLite, which has none, against what happened last."""
    now = desk.now
    if desk.database.is_sqlite:
        yield _after_what_happened(desk, now)
    else:
        yield _against(desk.database, now)


def _after_what_happened(desk: Desk, now: datetime) -> Finding:
    with desk.database.reading() as session:
        last = session.exec(select(func.max(col(AuditEvent.at)))).one()
    if last is not None and last > now + AHEAD:
        return failure(
            "clock",
            f"It says {now:%Y-%m-%d %H:%M}, and the trail has an event of {last:%Y-%m-%d %H:%M}.",
            "Set this machine's clock (NTP): digests and expiries go by it.",
        )
    return ok("clock", f"It says {now:%Y-%m-%d %H:%M} UTC, after everything that is recorded.")


def _against(found: Database, now: datetime) -> Finding:
    before = datetime.now(UTC)
    with found.reading() as session:
        theirs = session.exec(select(func.clock_timestamp())).one()
    off_by = abs(theirs - before)
    if off_by > SKEW:
        return failure(
            "clock",
            f"This machine and the database differ by {off_by.total_seconds():.0f} s.",
            "Let NTP set both: the living are told from the dead by their heartbeats.",
        )
    return ok("clock", f"It says {now:%Y-%m-%d %H:%M} UTC, as the database does.")


def whole(desk: Desk) -> Iterator[Finding]:
    """SQLite's own check of the file, which reads all of it."""
    if not desk.database.is_sqlite:
        yield off("wholeness", "PostgreSQL checks its own pages.")
        return
    with desk.database.reading() as session:
        said = session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if said == "ok":
        yield ok("wholeness", "SQLite finds no fault in the file.")
    else:
        yield failure(
            "wholeness",
            f"The file is damaged: {said}",
            "Stop the service, keep the file, and restore the last backup.",
        )


def people(desk: Desk) -> Iterator[Finding]:
    """Organisations, each with an administrator."""
    with desk.database.reading() as session:
        names = list(session.exec(select(Organisation.name).order_by(col(Organisation.name))))
        led = set(
            session.exec(
                select(Organisation.name)
                .join(User, col(User.organisation_id) == col(Organisation.id))
                .where(User.role == Role.ADMINISTRATOR.value, col(User.removed_at).is_(None))
            )
        )
    if not names:
        yield warning(
            "organisations",
            "There is none yet.",
            "Add yours: `results-bot org add NAME --account-name … --address …`.",
        )
    alone = [name for name in names if name not in led]
    if alone:
        yield warning(
            "organisations",
            f"Without an administrator: {listed(alone)}.",
            f"Add one: `results-bot admin add {alone[0]!r} --first … --family … --email …`.",
        )
    if names and led == set(names):
        said = "1 organisation has" if len(names) == 1 else f"{len(names)} organisations have"
        yield ok("organisations", f"{said} an administrator.")
