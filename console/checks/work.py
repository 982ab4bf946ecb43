"""Work that is owed: who does it, what waits too long, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import col, func, select

from console.checks.finding import Finding, failure, off, ok, warning
from console.opening import Desk
from core import heartbeats
from core.tables import Incoming, Outgoing, TickRun
from core.terms import Fate

LATE = timedelta(minutes=15)
STUCK = (Fate.HELD.value, Fate.DEAD.value)


def workers(desk: Desk) -> Iterator[Finding]:
    """Whether somebody sends what is owed."""
    with desk.database.reading() as session:
        alive = heartbeats.alive(session, heartbeats.WORKER)
        late = session.exec(
            select(func.count()).where(
                Outgoing.fate == Fate.READY.value, col(Outgoing.due_at) < desk.now - LATE
            )
        ).one()
    if late:
        yield failure(
            "worker",
            f"Messages due for more than {LATE.seconds // 60} minutes: {late}.",
            "See that `results-bot serve worker` runs, and `queue list` for the reasons."
            if alive
            else "Start `results-bot serve worker`.",
        )
    elif not alive:
        yield off("worker", "None is at work, and nothing is overdue.")
    else:
        yield ok("worker", f"{alive} at work, nothing is overdue.")


def queue(desk: Desk) -> Iterator[Finding]:
    """What no machine can decide."""
    with desk.database.reading() as session:
        stuck = session.exec(select(func.count()).where(col(Outgoing.fate).in_(STUCK))).one()
        shunted = session.exec(select(func.count()).where(Incoming.fate == "shunted")).one()
    if not stuck and not shunted:
        yield ok("queue", "Nothing waits for a decision.")
    if stuck:
        yield warning(
            "queue", f"Messages that wait for a decision: {stuck}.", "See `results-bot queue list`."
        )
    if shunted:
        yield warning(
            "queue",
            f"Mails that came in and could not be worked on: {shunted}.",
            "`results-bot queue list` has them; the log has the reference of each.",
        )


def jobs(desk: Desk) -> Iterator[Finding]:
    """How the timetable's jobs last went."""
    with desk.database.reading() as session:
        runs = session.exec(select(TickRun).order_by(col(TickRun.job))).all()
    failing = [run for run in runs if run.error]
    if not runs:
        yield off("jobs", "None has run yet: `results-bot serve scheduler` does.")
    elif not failing:
        yield ok("jobs", f"The last run of each of {len(runs)} went well.")
    for run in failing:
        since = run.failing_since or run.ran_at
        yield failure(
            "jobs",
            f"{run.job} fails since {since:%Y-%m-%d %H:%M}: {run.error}.",
            "The log has the reference; it is tried again by itself.",
        )
