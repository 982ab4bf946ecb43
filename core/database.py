"""The one database: sessions for reading, transactions for writing, and its schema's age."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from core.engine import WorkEngine
from core.refusals import unavailable, usage
from core.shared_sync import SharedSync, SyncedFile

Version = tuple[int, ...]

MIGRATIONS = Path(__file__).parent / "migrations"

_TABLES = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'",
    "postgresql": "SELECT to_regclass('alembic_version')::text",
}
"""Whether there are tables of ours; SQLAlchemy's inspector costs a start more than the answer."""

_POSTGRES = {"connect_timeout": 10, "options": "-c idle_in_transaction_session_timeout=20s"}
"""A server that is away is said so, and a process that was stopped loses its locks."""

OLDEST_SQLITE = (3, 42)
"""With Python 3.12 and newer; 3.11 asks in the old way."""

BUSY_SECONDS = 60
"""How long another process's write is waited for: a large file's load holds SQLite that long."""


class Database:
    """Sessions on SQLite or PostgreSQL.

    SQLite admits one writer, and its waiting is a poll that starves threads for hundreds of
    milliseconds (research/performance.md, section 3), so the writers of this process queue at
    a lock before they begin. They leave it before their commit is on the disk, which is waited
    for together: SQLite's own way, an fsync within the queue, is many times slower on a busy disk.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _engine(self.url)
        self._writer = threading.Lock() if self.is_sqlite else nullcontext()
        self._log = SharedSync(SyncedFile(Path(f"{self.url.database}-wal")).sync)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the one-process database."""
        return self.url.get_backend_name() == "sqlite"

    @cached_property
    def work(self) -> WorkEngine:
        """The durable work engine on this database; imported when something is first owed."""
        from core.engine_dbos import DbosEngine

        return DbosEngine(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, durably, or changes nothing if anything is raised."""
        with self._writer, self._session() as session, session.begin():
            yield session
        if self.is_sqlite:
            self._log.wait()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the data and writes nothing."""
        with Session(self.engine.execution_options(reading=True)) as session:
            yield session

    def _session(self) -> Session:
        return Session(self.engine, expire_on_commit=False, info={"database": self})

    def require_current(self) -> None:
        """Refuse a database without our tables, one that is behind, and one that is ahead."""
        require_sqlite(self.url, sys.version_info[:3], sqlite3.sqlite_version_info)
        found = None if self._has_no_content() else _revision(self.engine)
        known = revisions()
        if found is None:
            raise usage(
                "database_empty",
                "The database has no tables yet. Run `results-bot init` first.",
            )
        if found not in known:
            raise _too_new(found)
        if found != known[-1]:
            raise usage(
                "database_old",
                "The database is at version {found}, this program needs {needed}. "
                "Run `results-bot init`; nothing is lost by it.",
                found=found,
                needed=known[-1],
            )

    def _has_no_content(self) -> bool:
        """Opening it would make the file, or take it from `init`, which is about to write it."""
        name = self.url.database
        if not self.is_sqlite or name in {None, ":memory:"}:
            return False
        path = Path(str(name))
        return not path.exists() or path.stat().st_size == 0

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Whether it means that the database cannot be used.

    PostgreSQL says so in several classes when it ends a session by itself.
    """
    if isinstance(error, OperationalError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def migrate(url: str) -> None:
    """Create the tables or bring them up to date; raise Refusal for a newer database."""
    from alembic import command
    from alembic.config import Config

    from core import engine_dbos

    require_sqlite(make_url(url), sys.version_info[:3], sqlite3.sqlite_version_info)
    database = Database(url)
    try:
        _make_folder(database.url)
        found = _revision(database.engine)
        if found is not None and found not in revisions():
            raise _too_new(found)
        engine_dbos.migrate(database.url)  # first: who waits for our version begins when it stands
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with database.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()


def require_sqlite(url: URL, python: Version, sqlite: Version) -> None:
    """DBOS asks SQLite for the time in a way that older ones answer by NULL, from 3.12 on."""
    if url.get_backend_name() == "sqlite" and python >= (3, 12) and sqlite < OLDEST_SQLITE:
        raise usage(
            "sqlite_too_old",
            "This Python ({python}) comes with SQLite {found}, and needs 3.42 or newer. "
            "Use Python 3.11, or a Python with a newer SQLite, or PostgreSQL.",
            python=".".join(map(str, python[:2])),
            found=".".join(map(str, sqlite)),
        )


def revisions() -> list[str]:
    """The versions of the schema that this program knows, oldest first."""
    return sorted(path.stem[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _too_new(found: str) -> Exception:
    return unavailable(
        "database_newer",
        "The database was made by a newer results-bot (its version is {found}, this program "
        "knows up to {known}). Install that release or a later one; nothing was changed.",
        found=found,
        known=revisions()[-1],
    )


def _revision(engine: Engine) -> str | None:
    """Asked without the write lock, which a load may hold for long."""
    with engine.execution_options(reading=True).connect() as connection:
        if connection.exec_driver_sql(_TABLES[connection.dialect.name]).scalar() is None:
            return None
        found: str | None = connection.exec_driver_sql(
            "SELECT version_num FROM alembic_version"
        ).scalar()
        return found


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, connect_args=_POSTGRES, hide_parameters=True)
    last_used_first = {"pool_use_lifo": True} if url.database else {}  # it knows its pages still
    given = {"timeout": BUSY_SECONDS}
    engine = create_engine(url, connect_args=given, hide_parameters=True, **last_used_first)
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so that DDL is transactional too
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",  # `transaction` does what FULL would do more
        "foreign_keys=ON",
        "mmap_size=0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _make_folder(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
