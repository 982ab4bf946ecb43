"""Statements of the hot paths, compiled once and run on the driver's own cursor.

A look-up by way of Core takes three times as long as by the driver (research/performance.md,
section 3), and a verification runs five statements while others wait for their turn to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, insert
from sqlalchemy.sql.elements import CompilerElement
from sqlmodel import Session

Values = Mapping[str, Any]


class Prepared:
    """A Core statement for either database, run in the session's transaction."""

    def __init__(self, statement: CompilerElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: Session, values: Values) -> Any:
        """Run it once; give the driver's cursor."""
        driver, compiled = self._ready(session)
        return driver.execute(compiled.sql, compiled.parameters(values))

    def run_many(self, session: Session, rows: Iterable[Values]) -> None:
        """Run it once for each row."""
        driver, compiled = self._ready(session)
        driver.cursor().executemany(compiled.sql, map(compiled.parameters, rows))

    def _ready(self, session: Session) -> tuple[Any, _Compiled]:
        connection = session.connection()
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = _Compiled(self._statement, connection.dialect)
        return connection.connection.driver_connection, self._compiled[name]


def prepared_insert(table: Table) -> Prepared:
    """The insert of a row with a value for every column but `id`."""
    names = [column.name for column in table.columns if column.name != "id"]
    return Prepared(insert(table).values({name: bindparam(name) for name in names}))


class _Compiled:
    """The SQL of one dialect, and its values as the driver takes them."""

    def __init__(self, statement: CompilerElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._order: list[str] | None = compiled.positiontup
        self._writers: dict[str, Callable[[Any], Any]] = {}
        self._constants = {
            name: bind.value for bind, name in compiled.bind_names.items() if not bind.required
        }
        for bind, name in compiled.bind_names.items():
            writer = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if writer is not None:
                self._writers[name] = writer

    def parameters(self, values: Values) -> Any:
        """In order for SQLite, by name for PostgreSQL."""
        written = {**self._constants, **values}
        for name, writer in self._writers.items():
            written[name] = writer(written[name])
        return written if self._order is None else [written[name] for name in self._order]
