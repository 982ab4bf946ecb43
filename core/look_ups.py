"""Records by number: one, or a hundred thousand at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlmodel import Session

from core.prepared import Prepared, PreparedList
from core.records import COLUMNS, RESULT, Row
from core.trf_numbers import TrfNumber

CHUNK = 5000
NUMBER = COLUMNS.index(RESULT.c.trf_number)

_ONE = Prepared(select(*COLUMNS).where(RESULT.c.trf_number == bindparam("number")))
_MANY = PreparedList(select(*COLUMNS), RESULT.c.trf_number)


def find(session: Session, number: TrfNumber) -> Row | None:
    """The row of this number, as `record_of` takes it."""
    row: Row | None = _ONE.run(session, {"number": number}).fetchone()
    return row


def find_many(session: Session, numbers: Collection[TrfNumber]) -> dict[str, Row]:
    """The rows there are, by number; asked in order, so that the index is walked once."""
    if len(numbers) == 1:
        (number,) = numbers
        row = find(session, number)
        return {} if row is None else {number: row}
    wanted = sorted(map(str, numbers))
    found: dict[str, Row] = {}
    for start in range(0, len(wanted), CHUNK):
        for row in _MANY.rows(session, wanted[start : start + CHUNK]):
            found[row[NUMBER]] = row
    return found
