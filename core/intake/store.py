"""A chunk of checked rows into the database: new ones, changed ones, and to whom they went.

New rows go in by one conflict-ignoring insert. Their count tells whether any was there already;
those are found by their older ids, compared, and changed with what they were kept as `Change`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table, insert, text
from sqlmodel import Session

from core.fields import BY_ATTRIBUTE, Kind
from core.intake.headings import LAST_MODIFIED, PHOTO, STATUS
from core.intake.ingested import Ingested
from core.intake.values import photo_type
from core.tables import Arrival, Change, Result
from core.terms import Module, band_in_file

Columns = Mapping[str, Sequence[Any]]

_RESULT: Table = Result.__table__  # type: ignore[attr-defined]
_CHANGE: Table = Change.__table__  # type: ignore[attr-defined]
_DEFAULTS = {"status": "'RELEASED'", **dict.fromkeys(("listening", "reading", "writing"), "NULL")}
_DEFAULTS |= dict.fromkeys(("speaking", "overall"), "NULL")


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row that was there before: its id and its values under the file's columns."""

    id: int
    values: tuple[Any, ...]


class Store:
    """One load's way into the database, for a file with these columns."""

    def __init__(
        self,
        session: Session,
        arrival: Arrival,
        names: Sequence[str],
        told: Ingested,
        now: datetime,
    ) -> None:
        self._connection: Connection = session.connection()
        self._arrival, self._told, self._now = arrival, told, now
        self._names = [name for name in names if name in _RESULT.c]
        self._sqlite = self._connection.dialect.name == "sqlite"
        self._trf = self._names.index("trf_number")
        self._insert = self._insert_sql()
        self._prepare()

    def add(self, columns: Columns) -> None:
        """Store a chunk; rows whose number stands in it twice follow one another."""
        rows = list(zip(*(columns[name] for name in self._names), strict=True))
        numbers: Sequence[str] = columns["trf_number"]
        if len(set(numbers)) == len(rows):
            self._add(rows, numbers)
        else:
            for batch in _without_repeats(rows, self._trf):
                self._add(batch, [row[self._trf] for row in batch])
        if PHOTO in columns:
            self._add_photos(numbers, columns[PHOTO])

    def _add(self, rows: list[tuple[Any, ...]], numbers: Sequence[str]) -> None:
        before = self._scalar("SELECT coalesce(max(id), 0) FROM result")
        new = self._insert_new(rows)
        self._told.new += new
        self._deliver("SELECT id FROM result WHERE id > :before", before=before)
        if new < len(rows):
            self._compare(rows, numbers, before)

    def _insert_new(self, rows: list[tuple[Any, ...]]) -> int:
        if self._sqlite:
            return self._connection.exec_driver_sql(self._insert, rows).rowcount
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor() as cursor:
            cursor.execute("TRUNCATE arriving")
            with cursor.copy(f"COPY arriving ({','.join(self._names)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(self._insert)
            inserted: int = cursor.rowcount
        return inserted

    def _compare(self, rows: list[tuple[Any, ...]], numbers: Sequence[str], before: int) -> None:
        stored = self._stored(numbers, before)
        changes: list[dict[str, Any]] = []
        updates: list[tuple[Any, ...]] = []
        for row in rows:
            there = stored.get(row[self._trf])
            if there is None:
                continue
            if self._is_older(row, there):
                self._told.older += 1
                continue
            found = list(self._differences(row, there))
            changes += found
            self._told.changed += bool(found)
            self._told.unchanged += not found
            if row != there.values:
                updates.append((*row, there.id))
        self._update(updates)
        if changes:
            self._connection.execute(insert(_CHANGE), changes)
        self._deliver_existing(list(stored))

    def _stored(self, numbers: Sequence[str], before: int) -> dict[str, _Stored]:
        listed = "(SELECT value FROM json_each(:numbers))" if self._sqlite else "ANY(:numbers)"
        operator = "IN" if self._sqlite else "="
        found = self._connection.execute(
            text(
                f"SELECT id, {','.join(self._names)} FROM result "
                f"WHERE id <= :before AND trf_number {operator} {listed}"
            ),
            {"before": before, "numbers": self._listed(numbers)},
        )
        return {row[self._trf + 1]: _Stored(row[0], tuple(row[1:])) for row in found}

    def _is_older(self, row: tuple[Any, ...], there: _Stored) -> bool:
        if LAST_MODIFIED not in self._names:
            return False
        place = self._names.index(LAST_MODIFIED)
        return bool(row[place]) and row[place] < there.values[place]

    def _differences(self, row: tuple[Any, ...], there: _Stored) -> Iterator[dict[str, Any]]:
        for name, old, new in zip(self._names, there.values, row, strict=True):
            if old != new and name != LAST_MODIFIED:
                yield self._change(
                    there.id, _heading(name), _in_file(name, old), _in_file(name, new)
                )

    def _change(self, result_id: int, heading: str, old: str, new: str) -> dict[str, Any]:
        return {
            "result_id": result_id,
            "arrival_id": self._arrival.id,
            "field": heading,
            "old": old,
            "new": new,
            "changed_at": self._now,
            "source": self._arrival.source,
        }

    def _update(self, updates: list[tuple[Any, ...]]) -> None:
        if not updates:
            return
        mark = "?" if self._sqlite else "%s"
        values = ",".join(f"{name}={mark}" for name in self._names)
        self._connection.exec_driver_sql(f"UPDATE result SET {values} WHERE id={mark}", updates)

    def _deliver(self, ids: str, **parameters: Any) -> None:
        done = self._connection.execute(
            text(
                "INSERT INTO delivery (organisation_id, result_id, arrival_id, delivered_at) "
                f"SELECT :organisation, id, :arrival, :now FROM ({ids}) AS arrived "
                "ORDER BY id ON CONFLICT DO NOTHING"
            ).bindparams(now=self._moment()),
            {"organisation": self._arrival.organisation_id, "arrival": self._arrival.id}
            | parameters,
        )
        self._told.delivered += done.rowcount

    def _deliver_existing(self, numbers: list[str]) -> None:
        listed = "IN (SELECT value FROM json_each(:numbers))" if self._sqlite else "= ANY(:numbers)"
        self._deliver(
            f"SELECT id FROM result WHERE trf_number {listed}", numbers=self._listed(numbers)
        )

    def _add_photos(self, numbers: Sequence[str], photos: Sequence[bytes | None]) -> None:
        given = {number: data for number, data in zip(numbers, photos, strict=True) if data}
        if not given:
            return
        listed = "IN (SELECT value FROM json_each(:numbers))" if self._sqlite else "= ANY(:numbers)"
        found = self._connection.execute(
            text(
                "SELECT r.id, r.trf_number, p.data FROM result r "
                f"LEFT JOIN photo p ON p.result_id = r.id WHERE r.trf_number {listed}"
            ),
            {"numbers": self._listed(list(given))},
        ).all()
        differing = [row for row in found if row.data != given[row.trf_number]]
        changes = [self._change(row.id, "photo", "", "") for row in differing if row.data]
        if differing:
            self._connection.execute(
                _PUT_PHOTO, [_photo(row.id, given[row.trf_number]) for row in differing]
            )
        if changes:
            self._connection.execute(insert(_CHANGE), changes)

    def _listed(self, numbers: Sequence[str]) -> Any:
        return json.dumps(numbers) if self._sqlite else list(numbers)

    def _moment(self) -> Any:
        """SQLite keeps what it is given: the text that SQLAlchemy would have written."""
        if self._sqlite:
            return self._now.replace(tzinfo=None).isoformat(" ", timespec="microseconds")
        return self._now

    def _scalar(self, sql: str) -> int:
        return int(self._connection.exec_driver_sql(sql).scalar_one())

    def _insert_sql(self) -> str:
        absent = [name for name in _RESULT.c.keys() if name not in {"id", *self._names}]  # noqa: SIM118  a column collection
        columns = ",".join([*self._names, *absent])
        constants = [_DEFAULTS.get(name, "''") for name in absent]
        if self._sqlite:
            values = ",".join([*"?" * len(self._names), *constants])
            return f"INSERT INTO result ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"
        chosen = ",".join([*self._names, *constants])
        return (
            f"INSERT INTO result ({columns}) SELECT {chosen} FROM arriving ORDER BY ordinal "
            "ON CONFLICT DO NOTHING"
        )

    def _prepare(self) -> None:
        """What a load needs of its connection."""
        if self._sqlite:
            self._connection.exec_driver_sql("PRAGMA cache_size=-65536")
            return
        types = {
            name: _RESULT.c[name].type.compile(self._connection.dialect) for name in self._names
        }
        columns = ",".join(f"{name} {kind}" for name, kind in types.items())
        self._connection.exec_driver_sql("DROP TABLE IF EXISTS arriving")
        self._connection.exec_driver_sql(
            f"CREATE TEMP TABLE arriving (ordinal serial, {columns}) ON COMMIT DROP"
        )


_PUT_PHOTO = text(
    "INSERT INTO photo (result_id, media_type, data) VALUES (:id, :kind, :data) "
    "ON CONFLICT (result_id) DO UPDATE SET media_type = excluded.media_type, data = excluded.data"
)


def _photo(result_id: int, data: bytes) -> dict[str, Any]:
    return {"id": result_id, "kind": photo_type(data), "data": data}


def _without_repeats(rows: list[tuple[Any, ...]], trf: int) -> Iterator[list[tuple[Any, ...]]]:
    batch: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        if row[trf] in batch:
            yield list(batch.values())
            batch = {}
        batch[row[trf]] = row
    yield list(chain(batch.values()))


def _heading(name: str) -> str:
    return STATUS if name == STATUS else BY_ATTRIBUTE[name].heading


def _in_file(name: str, value: Any) -> str:
    field = BY_ATTRIBUTE.get(name)
    if field is None:
        return str(value)
    if field.kind is Kind.BAND:
        return band_in_file(value)
    if field.kind is Kind.MODULE and value:
        return Module(value).written_out
    return str(value)
