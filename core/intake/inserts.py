"""New rows into the table of results, each database in its quickest way."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any, Protocol

from sqlalchemy import Table
from sqlmodel import Session

from core.records import BANDS
from core.tables import Result
from core.terms import HALF_BANDS, RELEASED
from core.turns import wait_for_loads

RESULT: Table = Result.__table__  # type: ignore[attr-defined]
_ABSENT = {"status": RELEASED} | dict.fromkeys(BANDS)
"""What a column gets that a file has not; '' if it is not here."""

SENT = 500
"""So many rows at a time, while the server stores those before."""

_NOTHING = "\x01"
_BAND_TEXTS = {None: _NOTHING} | {
    half_bands: str(half_bands) for half_bands in range(HALF_BANDS + 1)
}

Columns = Sequence[Sequence[Any]]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A row that was there before: its id and its values under the file's columns."""

    id: int
    values: Row


There = dict[str, Stored]


class Inserts(Protocol):
    """`batch` rows at least are worth a turn; `among` is a condition on `:numbers`, as `listed`."""

    batch: int
    among: str
    mark: str

    def listed(self, numbers: Sequence[str]) -> Any:
        """TRF numbers as `among` takes them."""
        ...

    def insert(self, columns: Columns, there: Callable[[], There]) -> There:
        """Insert the rows that are not there; give those that are, from the look-up given."""
        ...

    def meanwhile(self) -> AbstractContextManager[object]:
        """Statements within are not waited for until the end."""
        ...

    def close(self) -> None:
        """Give back what a load needs more than others."""
        ...


def inserts_for(session: Session, names: Sequence[str]) -> Inserts:
    """For a file with these columns; waits until no other load is under way."""
    wait_for_loads(session)
    connection = session.connection()
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return _Sqlite(driver, names)
    return _Postgres(driver, names)


class _Sqlite:
    """All rows by one conflict-ignoring insert, whose count tells whether any was there."""

    batch = 1
    among = "IN (SELECT value FROM json_each(:numbers))"
    mark = "?"

    def __init__(self, driver: Any, names: Sequence[str]) -> None:
        self._driver = driver
        absent = _absent(names)
        values = [*"?" * len(names), *(_literal(value) for value in absent.values())]
        self._sql = (
            f"INSERT INTO result ({','.join([*names, *absent])}) VALUES ({','.join(values)}) "
            "ON CONFLICT DO NOTHING"
        )
        self._driver.execute("PRAGMA cache_size=-65536")  # kB; a sixth quicker than the usual

    def listed(self, numbers: Sequence[str]) -> str:
        return json.dumps(numbers)

    def insert(self, columns: Columns, there: Callable[[], There]) -> There:
        rows = zip(*columns, strict=True)
        inserted: int = self._driver.executemany(self._sql, rows).rowcount
        return {} if inserted == len(columns[0]) else there()

    def meanwhile(self) -> AbstractContextManager[object]:
        return nullcontext()

    def close(self) -> None:
        self._driver.execute("PRAGMA cache_size=-2000")  # the usual; frees what is above it


class _Postgres:
    """Those that are not there, by COPY; staging them all costs half as much again.

    The text is joined here, at half the price of the driver's rows: a checked cell holds neither
    the tab nor the line's end nor the mark of nothing that part the text.
    """

    batch = 5000
    among = "= ANY(CAST(:numbers AS text[]))"
    mark = "%s"

    def __init__(self, driver: Any, names: Sequence[str]) -> None:
        self._driver = driver
        absent = _absent(names)
        self._sql = (
            f"COPY result ({','.join([*names, *absent])}) FROM STDIN WITH (NULL '{_NOTHING}')"
        )
        self._rest = [repeat(_NOTHING if value is None else value) for value in absent.values()]
        self._bands = [place for place, name in enumerate(names) if name in BANDS]
        self._trf = names.index("trf_number")

    def listed(self, numbers: Sequence[str]) -> str:
        return f"{{{','.join(numbers)}}}"

    def insert(self, columns: Columns, there: Callable[[], There]) -> There:
        known = there()
        texts = list(columns)
        for place in self._bands:
            texts[place] = [*map(_BAND_TEXTS.__getitem__, columns[place])]
        rows = zip(*texts, *self._rest, strict=False)
        new = (row for row in rows if row[self._trf] not in known) if known else rows
        with self._driver.cursor() as cursor, cursor.copy(self._sql) as copy:
            while lines := "\n".join(map("\t".join, islice(new, SENT))):
                copy.write(lines.replace("\\", "\\\\") + "\n")
        return known

    def meanwhile(self) -> AbstractContextManager[object]:
        pipeline: AbstractContextManager[object] = self._driver.pipeline()
        return pipeline

    def close(self) -> None:
        pass


def _absent(names: Sequence[str]) -> dict[str, str | None]:
    absent = [name for name in RESULT.c.keys() if name not in {"id", *names}]  # noqa: SIM118  a column collection
    return {name: _ABSENT.get(name, "") for name in absent}


def _literal(value: str | None) -> str:
    return "NULL" if value is None else f"'{value}'"
