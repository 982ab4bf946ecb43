"""New rows into the table of results and to their organisation, each database in its quickest way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, text
from sqlmodel import Session

from core.prepared import Prepared
from core.tables import Arrival, Result
from core.tables.columns import Instant
from core.turns import wait_for_loads

RESULT: Table = Result.__table__  # type: ignore[attr-defined]
Row = tuple[Any, ...]

_CACHE_KB = 65_536
_DEFAULTS = {"status": "RELEASED"} | dict.fromkeys(
    ("listening", "reading", "writing", "speaking", "overall")
)
_NEWEST = Prepared(text("SELECT coalesce(max(id), 0) FROM result"))
_DELIVERY = (
    "INSERT INTO delivery (organisation_id, result_id, arrival_id, delivered_at) "
    "SELECT :organisation, id, :arrival, :now FROM result WHERE "
)
_DELIVER_NEW = Prepared(
    text(f"{_DELIVERY} id BETWEEN :first AND (SELECT max(id) FROM result)").bindparams(
        bindparam("now", type_=Instant())
    )
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A row that was there before: its id and its values under the file's columns."""

    id: int
    values: Row


class SqliteInserts:
    """One conflict-ignoring insert for each chunk; its count tells whether any row was there."""

    batch = 1
    among = "IN (SELECT value FROM json_each(:numbers))"

    def __init__(
        self, session: Session, arrival: Arrival, names: Sequence[str], now: datetime
    ) -> None:
        self._session = session
        self._driver: Any = session.connection().connection.driver_connection
        self._columns, self._rest = _columns(names)
        self._trf = names.index("trf_number")
        self._delivery = {
            "organisation": arrival.organisation_id,
            "arrival": arrival.id,
            "now": now,
        }
        self._find = Prepared(
            text(
                f"SELECT id, {','.join(names)} FROM result "
                f"WHERE id <= :before AND trf_number {self.among}"
            )
        )
        self._deliver = Prepared(
            text(f"{_DELIVERY} trf_number {self.among} ORDER BY id ON CONFLICT DO NOTHING").bindparams(
                bindparam("now", type_=Instant())
            )
        )
        self._prepare()

    def add(self, rows: Sequence[Row]) -> dict[str, Stored]:
        """Insert and deliver those that are new; give those that were there, by number."""
