"""How fast workers drain the ledger into a file: enqueued in one transaction, sent one by one."""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.timing import Row, options, report
from core.database import migrate
from tests.engine.crew import Crew
from tests.servers.postgres import PostgresServer


def main(argv: Sequence[str]) -> None:
    records = options(argv, records=20_000).records
    server = PostgresServer(fsync="on", full_page_writes="on")
    rows = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows += _drained("SQLite", f"sqlite:///{folder}/a.db", Path(folder), 1, records)
            for workers in (1, 4):
                server.administer(f"CREATE DATABASE bench{workers}")
                url = server.url(f"bench{workers}")
                rows += _drained("PostgreSQL", url, Path(folder), workers, records)
    finally:
        server.close()
    report(f"Engine, {records:,} messages", rows)


def _drained(name: str, url: str, folder: Path, workers: int, records: int) -> list[Row]:
    migrate(url)
    crew = Crew(url, folder / f"{name}{workers}")
    try:
        enqueued = _timed(lambda: crew.owe(records))
        sent = _timed(lambda: _drain(crew, workers))
        counts = Counter(key for key, _, _ in crew.sent())
        assert len(counts) == sum(counts.values()) == records, "each exactly once"
    finally:
        crew.dismiss()
    return [
        Row(f"{name}, enqueued", f"{records / enqueued:,.0f} a second"),
        Row(f"{name}, sent by {workers}", f"{records / sent:,.0f} a second"),
    ]


def _drain(crew: Crew, workers: int) -> None:
    """Starting the processes included."""
    for _ in range(workers):
        crew.hire(wait=False)
    crew.wait(crew.is_done, 600)


def _timed(work: object) -> float:
    assert callable(work)
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
