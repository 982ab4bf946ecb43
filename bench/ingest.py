r"""Loading: a sample CSV of names in many scripts, checked whole, upserted and delivered.

The floors put the same records, formatted beforehand as the table stores them, into the same
table and check nothing: csv.reader with sqlite3's executemany, SQLAlchemy's add_all, and psql's
\copy (the client of the wheel that brings the server).
"""

import csv
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import copy, which
from sqlite3 import Connection, connect
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import make_url
from sqlmodel import Session

from bench.timing import Contender, Measured, Row, compare, options, report
from core.database import Database, migrate
from core.fields import CATALOGUE, CatalogueField, Kind
from core.intake.load import ingest
from core.intake.rejects import Rejects
from core.sample import write_sample
from core.tables import Organisation, Result
from core.terms import Format
from tests.servers.postgres import PostgresServer

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CHECKED = 20_000
FEW = 100_000
MOST_MB = 180
STORED = [field for field in CATALOGUE if field.attribute]
NAMES = [field.attribute for field in STORED]


@dataclass(frozen=True)
class Bench:
    """The files to load, and the databases without results to load them into."""

    sample: Path  # as ours reads it
    stored: Path  # as the table has it
    empty: Path
    postgres: str


def main(argv: Sequence[str]) -> None:
    """Check that every path stores what the file says, then time them."""
    given = options(argv, records=FEW)
    server = PostgresServer(fsync="on", full_page_writes="on")
    try:
        with tempfile.TemporaryDirectory() as name:
            few = _made(Path(name, "few"), server, CHECKED)
            _check(few)
            bench = _made(Path(name, "all"), server, given.records)
            measured = compare(_contenders(bench), rounds=given.rounds)
            measured |= compare(_on_few(few), rounds=given.rounds)
    finally:
        server.close()
    report(f"Ingest, {given.records:,} records", _rows(measured))


def _rows(measured: dict[str, Measured]) -> Iterator[Row]:
    def row(ours: str, floor: str, least: float | None = None, aim: float | None = None) -> Row:
        ratio = measured[ours].speed_to(measured[floor])
        return Row(f"{ours} to {floor}", f"{measured[ours].seconds:.2f} s", ratio, least, aim)

    yield row("SQLite", "executemany", 0.65, 0.75)
    yield row("SQLite again", "executemany")
    yield row(f"SQLite, {CHECKED:,}", "add_all", 10)
    yield row("PostgreSQL", "psql copy", 0.38, 0.44)
    yield row("PostgreSQL again", "psql copy")
    for name in ("SQLite", "SQLite again", "PostgreSQL"):
        peak = measured[name].peak_mb
        yield Row(f"{name} peak", f"{peak:.0f} MB", measured[name].size_to(MOST_MB), 1.0)


def _contenders(bench: Bench) -> dict[str, Contender]:
    ours, floor = partial(_ours, bench.sample), partial(_executemany, bench.stored)
    return {
        "executemany": Contender(floor, partial(_fresh_sqlite, bench)),
        "SQLite": Contender(ours, partial(_fresh_sqlite, bench)),
        "SQLite again": Contender(ours, partial(_loaded, bench, _fresh_sqlite)),
        "psql copy": Contender(partial(_psql_copy, bench.stored), partial(_fresh_postgres, bench)),
        "PostgreSQL": Contender(ours, partial(_fresh_postgres, bench)),
        "PostgreSQL again": Contender(ours, partial(_loaded, bench, _fresh_postgres)),
    }


def _on_few(bench: Bench) -> dict[str, Contender]:
    fresh = partial(_fresh_sqlite, bench)
    return {
        "add_all": Contender(partial(_add_all, bench.stored), fresh),
        f"SQLite, {CHECKED:,}": Contender(partial(_ours, bench.sample), fresh),
    }


def _ours(sample: Path, url: str) -> None:
    database = Database(url)
    with sample.open("rb") as stream, Rejects(sample.with_suffix(".bad")) as bad:
        with database.transaction() as session:
            told = ingest(session, 1, stream, source="bench", now=NOW, rejects=bad)
        assert not told.rejected, told.problems
    database.close()


def _executemany(stored: Path, url: str) -> None:
    places = ",".join("?" * len(NAMES))
    sql = (
        f"INSERT INTO result (status, last_modified, {','.join(NAMES)}) "
        f"VALUES ('RELEASED', '', {places})"
    )
    with stored.open(encoding="utf-8", newline="") as stream, closing(_sqlite(url)) as connection:
        rows = csv.reader(stream)
        next(rows)
        with connection:
            connection.executemany(sql, rows)


def _add_all(stored: Path, url: str) -> None:
    database = Database(url)
    with stored.open(encoding="utf-8", newline="") as stream, database.transaction() as session:
        rows: Iterator[dict[str, Any]] = csv.DictReader(stream)
        session.add_all(Result(**row) for row in rows)
    database.close()


def _psql_copy(stored: Path, url: str) -> None:
    psql = which("psql")
    assert psql, "there is no psql to compare with"
    columns = ",".join([*NAMES, "status", "last_modified"])
    source = stored.with_suffix(".full")
    command = f"\\copy result ({columns}) FROM '{source}' WITH (FORMAT csv, HEADER)"
    libpq = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([psql, "-q", "-d", libpq, "-c", command], check=True)


def _loaded(bench: Bench, fresh: Any) -> str:
    url: str = fresh(bench)
    _ours(bench.sample, url)
    return url


def _fresh_sqlite(bench: Bench) -> str:
    path = bench.empty.with_name("bench.db")
    for old in bench.empty.parent.glob(f"{path.name}*"):
        old.unlink()
    return f"sqlite:///{copy(bench.empty, path)}"


def _fresh_postgres(bench: Bench) -> str:
    url = make_url(bench.postgres)
    libpq = url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(libpq.render_as_string(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        connection.execute(f"CREATE DATABASE bench TEMPLATE {url.database}".encode())
    return url.set(database="bench").render_as_string()


def _sqlite(url: str) -> Connection:
    connection = connect(str(make_url(url).database))
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _made(folder: Path, server: PostgresServer, records: int) -> Bench:
    folder.mkdir()
    name = f"empty_{uuid4().hex}"
    server.administer(f"CREATE DATABASE {name}")
    bench = Bench(folder / "x.csv", folder / "stored.csv", folder / "empty.db", server.url(name))
    with bench.sample.open("wb") as stream:
        write_sample(
            stream, format=Format.CSV, records=records, seed=1, photos=False, now=NOW.date()
        )
    for url in (f"sqlite:///{bench.empty}", bench.postgres):
        migrate(url)
        database = Database(url)
        with database.transaction() as session:
            _add_organisation(session)
        database.close()
    _write_stored(bench)
    return bench


def _add_organisation(session: Session) -> None:
    session.add(
        Organisation(id=1, name="x", account_name="x", address="x", service="api", created_at=NOW)
    )


def _write_stored(bench: Bench) -> None:
    with (
        bench.stored.open("w", encoding="utf-8", newline="") as stored,
        bench.stored.with_suffix(".full").open("w", encoding="utf-8", newline="") as full,
    ):
        # psql takes an unquoted nothing for NULL
        short, long = csv.writer(stored), csv.writer(full, quoting=csv.QUOTE_ALL)
        short.writerow(NAMES)
        long.writerow([*NAMES, "status", "last_modified"])
        for row in _expected(bench.sample):
            short.writerow(row)
            long.writerow([*row, "RELEASED", ""])


def _expected(sample: Path) -> Iterator[list[str]]:
    """The file's records as they are to be stored, formatted here in another way."""
    with sample.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield [_stored(field, row) for field in STORED]


def _stored(field: CatalogueField, row: Mapping[str, str]) -> str:
    cell = row[field.heading]
    if field.kind is Kind.BAND:
        return str(int(float(cell) * 2))
    return cell[0] if field.kind is Kind.MODULE else cell


def _check(bench: Bench) -> None:
    """Every path stores exactly what the file says, leading zeros and all."""
    expected = sorted(_expected(bench.sample))
    for path in (_ours, _executemany, _add_all):
        url = _fresh_sqlite(bench)
        path(bench.sample if path is _ours else bench.stored, url)
        assert _found(url) == expected, path.__name__
    url = _loaded(bench, _fresh_sqlite)
    _ours(bench.sample, url)
    assert _found(url) == expected, "again"
    for path in (_ours, _psql_copy):
        url = _fresh_postgres(bench)
        path(bench.sample if path is _ours else bench.stored, url)
        assert _found(url) == expected, path.__name__


def _found(url: str) -> list[list[str]]:
    database = Database(url)
    with database.reading() as session:
        rows = session.connection().exec_driver_sql(f"SELECT {','.join(NAMES)} FROM result")
        found = sorted([str(value) for value in row] for row in rows)
    database.close()
    return found
