"""Records by number: one, or a hundred thousand at once."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import any_, bindparam, func, select
from sqlmodel import Session

from core.prepared import Prepared
from core.records import COLUMNS, RESULT, Row
from core.trf_numbers import TrfNumber

CHUNK = 5000
NUMBER = COLUMNS.index(RESULT.c.trf_number)

_ONE = Prepared(select(*COLUMNS).where(RESULT.c.trf_number == bindparam("number")))
_LISTED = func.json_each(bindparam("numbers")).table_valued("value")
_MANY = {
    "sqlite": Prepared(select(*COLUMNS).where(RESULT.c.trf_number.in_(select(_LISTED.c.value)))),
    "postgresql": Prepared(
        select(*COLUMNS).where(RESULT.c.trf_number == any_(bindparam("numbers")))
    ),
}


def find(session: Session, number: TrfNumber) -> Row | None:
    """The row of this number, as `record_of` takes it."""
    row: Row | None = _ONE.run(session, {"number": number}).fetchone()
    return row


def find_many(session: Session, numbers: Collection[TrfNumber]) -> dict[str, Row]:
    """The rows there are, by number; asked in order, so that the index is walked once."""
    dialect = session.connection().dialect.name
    wanted = sorted(map(str, numbers))
    found: dict[str, Row] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        given = json.dumps(chunk) if dialect == "sqlite" else chunk
        for row in _MANY[dialect].run(session, {"numbers": given}):
            found[row[NUMBER]] = row
    return found
