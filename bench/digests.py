"""Digests: claimed and owed by the tick, composed as their sending does, together and alone.

1,000 organisations of 10 users, 50 new results each; and a tick when nothing is due.
"""

import csv
import io
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import select

import core.courier  # noqa: F401  registers the composers
from bench.timing import Row, options, report
from core.composing import compose
from core.database import Database, migrate
from core.digests import send_due
from core.outbox import CHUNK
from core.tables import Delivery, Organisation, Outgoing, Preference, Result, User
from core.terms import Channel
from tests.servers.postgres import PostgresServer

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
USERS_EACH, RESULTS_EACH = 10, 50
ALONE = 300
LIMIT_MS = 0.5
IDLE_USERS, IDLE_TICKS, IDLE_LIMIT_MS = 100_000, 300, 1.0


def main(argv: Sequence[str]) -> None:
    users = options(argv, records=10_000).records
    server = PostgresServer(fsync="on", full_page_writes="on")
    try:
        with tempfile.TemporaryDirectory() as folder:
            server.administer("CREATE DATABASE bench")
            for name, url in (
                ("SQLite", f"sqlite:///{Path(folder, 'bench.db')}"),
                ("PostgreSQL", server.url("bench")),
            ):
                report(f"Digests, {users:,} users, {name}", _rows(name, url, users))
    finally:
        server.close()


def _rows(name: str, url: str, users: int) -> list[Row]:
    migrate(url)
    database = Database(url)
    _fill(database, users // USERS_EACH)
    tick = _timed(lambda: send_due(database, now=NOW)) / users
    rows = _owed(database)
    assert len(rows) == users, "everybody is owed one"
    _check(database, rows[0])
    together = _timed(lambda: _together(database, rows)) / users
    alone = _timed(lambda: _alone(database, rows[:ALONE])) / ALONE
    idle = _idle(database, users)
    database.close()
    return [
        Row("claimed and owed, each", f"{tick:.3f} ms"),
        Row("composed in chunks, each", f"{together:.3f} ms", alone / together, 2.0),
        Row("composed alone, each", f"{alone:.3f} ms"),
        _all_of_it(name, tick + together),
        Row(f"a tick, {IDLE_USERS:,} idle", f"{idle:.3f} ms", IDLE_LIMIT_MS / idle, 1.0),
    ]


def _all_of_it(name: str, ms: float) -> Row:
    """On PostgreSQL half of it is waiting for a server on the same two cores."""
    least = 1.0 if name == "SQLite" else None
    return Row(f"all of it, of {LIMIT_MS} ms", f"{ms:.3f} ms", LIMIT_MS / ms, least, 1.0)


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _owed(database: Database) -> list[Outgoing]:
    with database.reading() as session:
        return list(session.exec(select(Outgoing).order_by(Outgoing.id)))  # type: ignore[arg-type]


def _together(database: Database, rows: Sequence[Outgoing]) -> None:
    size = CHUNK[Channel.MAIL]
    for start in range(0, len(rows), size):
        shared: dict[Any, Any] = {}
        for row in rows[start : start + size]:
            with database.reading() as session:
                compose(session, row, shared, now=NOW)


def _alone(database: Database, rows: Sequence[Outgoing]) -> None:
    for row in rows:
        with database.reading() as session:
            compose(session, row, {}, now=NOW)


def _check(database: Database, row: Outgoing) -> None:
    with database.reading() as session:
        message: Any = compose(session, row, {}, now=NOW)
    file = csv.DictReader(io.StringIO(message.notice.file.data.decode()))
    numbers = {one["trfNumber"] for one in file}
    assert len(numbers) == message.notice.count == RESULTS_EACH
    assert numbers == {one.trf_number for one in message.notice.records}


def _idle(database: Database, users: int) -> float:
    """The median tick with so many users who are due tomorrow."""
    with database.transaction() as session:
        session.execute(update(Preference).values(next_due_at=NOW + timedelta(days=1)))
        _add_users(session, 1, users, IDLE_USERS - users, NOW + timedelta(days=1))
    return median(_timed(lambda: send_due(database, now=NOW)) for _ in range(IDLE_TICKS))


def _fill(database: Database, organisations: int) -> None:
    with database.transaction() as session:
        session.execute(insert(Organisation), [_organisation(n) for n in range(organisations)])
        ids = session.exec(select(Organisation.id)).all()
        for n, one in enumerate(ids):
            _add_users(session, one, n * USERS_EACH, USERS_EACH, NOW)
        numbers = range(organisations * RESULTS_EACH)
        session.execute(insert(Result), [_result(n) for n in numbers])
        results = session.exec(select(Result.id).order_by(Result.id)).all()  # type: ignore[arg-type]
        session.execute(
            insert(Delivery),
            [_delivery(ids[n // RESULTS_EACH], result) for n, result in enumerate(results)],
        )


def _add_users(session: Any, organisation: int | None, start: int, count: int, due: Any) -> None:
    if count <= 0:
        return
    rows = [_user(n, organisation) for n in range(start, start + count)]
    ids = session.scalars(insert(User).returning(User.id), rows).all()  # type: ignore[call-overload]
    session.execute(insert(Preference), [_preference(one, due) for one in ids])


def _organisation(n: int) -> dict[str, Any]:
    return Organisation(
        name=f"o{n}", account_name=f"University {n}", address="x", created_at=NOW
    ).model_dump(exclude={"id"})


def _user(n: int, organisation: int | None) -> dict[str, Any]:
    return User(
        organisation_id=organisation or 0,
        first_name="Ann",
        family_name="Bell",
        email=f"u{n}@uni.example",
        created_at=NOW,
    ).model_dump(exclude={"id"})


def _preference(user: int, due: datetime) -> dict[str, Any]:
    return Preference(user_id=user, notifications_on=True, next_due_at=due).model_dump()


def _result(n: int) -> dict[str, Any]:
    return Result(
        trf_number=f"25GB{n:06d}ZOLJS03G",
        centre_number="GBS03",
        candidate_number=f"{n:06d}",
        test_date="2026-07-08",
        module="G",
        family_name="ZOLA",
        first_name="JANE",
        date_of_birth="1982-05-02",
        gender="F",
        listening=17,
        reading=16,
        writing=15,
        speaking=15,
        overall=16,
        candidate_email="jane.zola@mail.example",
    ).model_dump(exclude={"id"})


def _delivery(organisation: int | None, result: int | None) -> dict[str, Any]:
    return Delivery(
        organisation_id=organisation or 0, result_id=result or 0, arrival_id=1
    ).model_dump()
