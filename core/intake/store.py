"""A chunk of checked rows into the database: new ones, changed ones, and to whom they went.

What was there already is compared, and changed with what it was kept as `Change`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from sqlalchemy import Table, TextClause, insert, text
from sqlmodel import Session

from core.fields import BY_ATTRIBUTE, Kind
from core.intake.headings import LAST_MODIFIED, PHOTO, STATUS
from core.intake.ingested import Ingested
from core.intake.inserts import RESULT, Columns, Row, Stored, There, inserts_for
from core.intake.values import photo_type
from core.prepared import Prepared
from core.retakes import SITTING, move
from core.tables import Arrival, Change
from core.terms import Module, band_in_file

_CHANGE: Table = Change.__table__  # type: ignore[attr-defined]


def _delivery(which: str) -> TextClause:
    return text(
        "INSERT INTO delivery (organisation_id, result_id, arrival_id) "
        f"SELECT :organisation, id, :arrival FROM result WHERE {which}"
    )


_NEWEST = Prepared(text("SELECT coalesce(max(id), 0) FROM result"))
_DELIVER_NEW = Prepared(_delivery("id BETWEEN :first AND (SELECT max(id) FROM result)"))


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
        self._session, self._arrival, self._told, self._now = session, arrival, told, now
        self._names = [name for name in names if name in RESULT.c]
        self._trf = self._names.index("trf_number")
        self._inserts = inserts_for(session, self._names)
        self._batch = 1 if PHOTO in names else self._inserts.batch
        self._waiting: list[list[Any]] = [[] for _ in self._names]
        self._meanwhile = ExitStack()
        among = f"trf_number {self._inserts.among}"
        self._find = Prepared(
            text(f"SELECT id, {','.join(self._names)} FROM result WHERE id <= :before AND {among}")
        )
        self._deliver = Prepared(_delivery(f"{among} ORDER BY id ON CONFLICT DO NOTHING"))

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Store a chunk, now or with the next ones."""
        if self._batch == 1:
            self._store([columns[name] for name in self._names])
        else:
            for name, waiting in zip(self._names, self._waiting, strict=True):
                waiting.extend(columns[name])
            if len(self._waiting[0]) >= self._batch:
                self.finish()
        if PHOTO in columns:
            self._add_photos(columns["trf_number"], columns[PHOTO])

    def finish(self) -> None:
        """Store what waits."""
        columns, self._waiting = self._waiting, [[] for _ in self._names]
        if columns[0]:
            self._store(columns)

    def close(self) -> None:
        """Wait for the database, and give back what the load needed."""
        self._meanwhile.close()
        self._inserts.close()

    def _store(self, columns: Columns) -> None:
        """Rows whose number stands there twice follow one another."""
        if len(set(columns[self._trf])) == len(columns[self._trf]):
            self._add(columns)
            return
        for batch in _without_repeats(zip(*columns, strict=True), self._trf):
            self._add(list(zip(*batch, strict=True)))

    def _add(self, columns: Columns) -> None:
        self._meanwhile.close()
        numbers = columns[self._trf]
        before: int = _NEWEST.run(self._session, {}).fetchone()[0]
        there = self._inserts.insert(columns, lambda: self._there(numbers, before))
        if there:
            self._compare(zip(*columns, strict=True), there)
        new = len(numbers) - len(there)
        self._told.new += new
        if new and self._told.delivers:
            self._told.delivered += new
            self._meanwhile.enter_context(self._inserts.meanwhile())
            _DELIVER_NEW.run(self._session, self._delivery_values() | {"first": before + 1})

    def _there(self, numbers: Sequence[str], before: int) -> There:
        values = {"numbers": self._inserts.listed(numbers), "before": before}
        found = self._find.run(self._session, values)
        return {row[self._trf + 1]: Stored(row[0], tuple(row[1:])) for row in found}

    def _compare(self, rows: Iterable[Row], known: There) -> None:
        changes: list[dict[str, Any]] = []
        updates: list[Row] = []
        for row in rows:
            there = known.get(row[self._trf])
            if there is None:
                continue
            if row == there.values:
                self._told.unchanged += 1
                continue
            if self._is_older(row, there):
                self._told.older += 1
                continue
            found = list(self._differences(row, there))
            changes += found
            self._told.changed += bool(found)
            self._told.unchanged += not found
            updates.append((*row, there.id))
        self._update(updates)
        move(self._session, {one["result_id"] for one in changes if one["field"] in SITTING})
        if changes:
            self._session.execute(insert(_CHANGE), changes)
        self._deliver_existing(known)

    def _is_older(self, row: Row, there: Stored) -> bool:
        if LAST_MODIFIED not in self._names:
            return False
        place = self._names.index(LAST_MODIFIED)
        return bool(row[place]) and row[place] < there.values[place]

    def _differences(self, row: Row, there: Stored) -> Iterator[dict[str, Any]]:
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

    def _update(self, updates: list[Row]) -> None:
        if not updates:
            return
        mark = self._inserts.mark
        values = ",".join(f"{name}={mark}" for name in self._names)
        self._session.connection().exec_driver_sql(
            f"UPDATE result SET {values} WHERE id={mark}", updates
        )

    def _deliver_existing(self, known: There) -> None:
        if not self._told.delivers:
            return
        values = self._delivery_values() | {"numbers": self._inserts.listed(list(known))}
        self._told.delivered += self._deliver.run(self._session, values).rowcount

    def _delivery_values(self) -> dict[str, Any]:
        return {
            "organisation": self._arrival.organisation_id,
            "arrival": self._arrival.id,
        }

    def _add_photos(self, numbers: Sequence[str], photos: Sequence[bytes | None]) -> None:
        given = {number: data for number, data in zip(numbers, photos, strict=True) if data}
        if not given:
            return
        self._meanwhile.close()
        found = self._session.execute(
            text(
                "SELECT r.id, r.trf_number, p.data FROM result r "
                "LEFT JOIN photo p ON p.result_id = r.id "
                f"WHERE r.trf_number {self._inserts.among}"
            ),
            {"numbers": self._inserts.listed(list(given))},
        ).all()
        differing = [row for row in found if row.data != given[row.trf_number]]
        changes = [self._change(row.id, "photo", "", "") for row in differing if row.data]
        if differing:
            self._session.execute(
                _PUT_PHOTO, [_photo(row.id, given[row.trf_number]) for row in differing]
            )
        if changes:
            self._session.execute(insert(_CHANGE), changes)


_PUT_PHOTO = text(
    "INSERT INTO photo (result_id, media_type, data) VALUES (:id, :kind, :data) "
    "ON CONFLICT (result_id) DO UPDATE SET media_type = excluded.media_type, data = excluded.data"
)


def _photo(result_id: int, data: bytes) -> dict[str, Any]:
    return {"id": result_id, "kind": photo_type(data), "data": data}


def _without_repeats(rows: Iterable[Row], trf: int) -> Iterator[Iterable[Row]]:
    batch: dict[str, Row] = {}
    for row in rows:
        if row[trf] in batch:
            yield batch.values()
            batch = {}
        batch[row[trf]] = row
    yield batch.values()


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
