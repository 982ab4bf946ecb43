"""SQLite admits one serving process: a lock that the operating system frees with the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from core.database import Database
from core.refusals import conflict


def sole_service(database: Database) -> AbstractContextManager[None]:
    """Held while this process serves; raise Refusal if another does. PostgreSQL admits many."""
    if not database.is_sqlite:
        return nullcontext()
    return _locked(Path(f"{database.url.database}.serving"))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    import fcntl

    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise conflict(
                "served_already",
                "Another `results-bot serve` works on this database already, and SQLite admits "
                "one. Stop it, name all parts in one `serve`, or use PostgreSQL for several.",
            ) from None
        yield
