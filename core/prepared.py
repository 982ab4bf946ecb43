"""Statements of the hot paths, compiled once and run on the driver's own cursor.

A look-up by way of Core takes three times as long as by the driver (research/performance.md,
section 3), and a verification runs five statements while others wait for their turn to write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from more_itertools import chunked
from sqlalchemy import (
    ColumnElement,
    Dialect,
    Select,
    Table,
    any_,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import CompilerElement
from sqlmodel import Session

from core.statements import insert_new

Values = Mapping[str, Any]

MOST_BY_ONE_CALL = 32

_DRIVER = "driver"


class Prepared:
    """A Core statement for either database, run in the session's transaction."""

    def __init__(self, statement: CompilerElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: Session, values: Values) -> Any:
        """Run it once; give the driver's cursor."""
        driver, compiled = self._ready(session)
        return _done(session, driver.execute, compiled.sql, compiled.parameters(values))

    def rows(self, session: Session, values: Values) -> list[Any]:
        """Run it once; give its rows, with values as the columns' types have them."""
        found = self.run(session, values)
        _, compiled = self._ready(session)
        return compiled.read(_done(session, found.fetchall))

    def run_many(self, session: Session, rows: Iterable[Values]) -> None:
        """Run it once for each row."""
        driver, compiled = self._ready(session)
        many = driver.cursor().executemany
        _done(session, many, compiled.sql, map(compiled.parameters, rows))

    def _ready(self, session: Session) -> tuple[Any, _Compiled]:
        driver, dialect = _driver(session)
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        return driver, self._compiled[dialect.name]


def _done(session: Session, call: Callable[..., Any], *arguments: Any) -> Any:
    """What the driver's call gives; raise what it raises as SQLAlchemy does for its own calls.

    Those who wait for a database that is away know it by SQLAlchemy's errors alone.
    """
    dialect: Any = session.get_bind().dialect
    try:
        return call(*arguments)
    except dialect.loaded_dbapi.Error as error:
        connection = session.connection()
        lost = dialect.is_disconnect(error, connection.connection.driver_connection, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from error


def _driver(session: Session) -> tuple[Any, Dialect]:
    """Kept for the transaction: SQLAlchemy's own way to it costs as much as a look-up."""
    transaction, *known = session.info.get(_DRIVER, (None,))
    if transaction is None or transaction is not session.get_transaction():
        connection = session.connection()
        known = [connection.connection.driver_connection, connection.dialect]
        session.info[_DRIVER] = session.get_transaction(), *known
    driver, dialect = known
    return driver, dialect


class PreparedList:
    """A select of the rows whose `column` is among many values, however many they are."""

    def __init__(self, statement: Select[Any], column: ColumnElement[Any]) -> None:
        among = func.json_each(bindparam("listed")).table_valued("value")
        self._of = {
            "sqlite": Prepared(statement.where(column.in_(select(among.c.value)))),
            "postgresql": Prepared(statement.where(column == any_(bindparam("listed")))),
        }

    def rows(
        self, session: Session, listed: Collection[Any], values: Values | None = None
    ) -> list[Any]:
        """The rows, none for no values, as `Prepared.rows` gives them."""
        if not listed:
            return []
        dialect = session.connection().dialect.name
        given = list(listed)
        among = json.dumps(given) if dialect == "sqlite" else given
        return self._of[dialect].rows(session, {**(values or {}), "listed": among})


class PreparedInsert(Prepared):
    """The insert of rows with a value for every column but `id`."""

    def __init__(self, table: Table) -> None:
        names = [column.name for column in table.columns if column.name != "id"]
        super().__init__(insert(table).values({name: bindparam(name) for name in names}))

    def run_many(self, session: Session, rows: Iterable[Values]) -> None:
        """Insert them all.

        SQLite's driver lets go of Python's lock at every row of an `executemany`, and busy threads
        take it; there as many rows as will go into one statement.
        """
        driver, compiled = self._ready(session)
        if not compiled.in_order:
            super().run_many(session, rows)
            return
        given = [*map(compiled.parameters, rows)]
        for start in range(0, len(given), MOST_BY_ONE_CALL):
            some = given[start : start + MOST_BY_ONE_CALL]
            every = [*chain.from_iterable(some)]
            _done(session, driver.execute, compiled.repeated(len(some)), every)


class PreparedRows:
    """The insert of those rows that are not there yet under `unique`, many by one statement.

    Each use has its own, for the rows must have the same columns every time.
    """

    def __init__(self, table: Table, unique: str) -> None:
        self._table, self._unique = table, unique
        self._of: dict[tuple[str, int], Prepared] = {}

    def run(self, session: Session, rows: Sequence[Values]) -> list[int]:
        """Insert them; the ids of those that were new."""
        ids = []
        for some in chunked(rows, MOST_BY_ONE_CALL):
            values = {
                f"{name}_{place}": value
                for place, row in enumerate(some)
                for name, value in row.items()
            }
            ids += [one for (one,) in self._insert(session, some).rows(session, values)]
        return ids

    def _insert(self, session: Session, rows: Sequence[Values]) -> Prepared:
        key = session.get_bind().dialect.name, len(rows)
        if key not in self._of:
            columns = [self._table.columns[name] for name in rows[0]]
            values = [
                {one: bindparam(f"{one.name}_{place}", type_=one.type) for one in columns}
                for place in range(len(rows))
            ]
            fresh = insert_new(session, self._table, self._unique).values(values)
            self._of[key] = Prepared(fresh.returning(self._table.c.id))
        return self._of[key]


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

        columns = statement.selected_columns if isinstance(statement, Select) else ()
        readers = [
            one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns
        ]
        self._readers = [(place, one) for place, one in enumerate(readers) if one is not None]

    @property
    def in_order(self) -> bool:
        """Whether the driver takes values in order, and not by name."""
        return self._order is not None

    def repeated(self, rows: int) -> str:
        """The insert of one row as that of so many."""
        if rows == 1:
            return self.sql
        head, values = self.sql.rsplit(" VALUES ", 1)
        return f"{head} VALUES {', '.join([values] * rows)}"

    def read(self, rows: list[Sequence[Any]]) -> list[Sequence[Any]]:
        """The driver's rows with its own values made into ours, where a type wants that."""
        if not self._readers:
            return rows
        read = [list(row) for row in rows]
        for row in read:
            for place, reader in self._readers:
                row[place] = reader(row[place])
        return [*map(tuple, read)]

    def parameters(self, values: Values) -> Any:
        """In order for SQLite, by name for PostgreSQL."""
        written = {**self._constants, **values}
        for name, writer in self._writers.items():
            written[name] = writer(written[name])
        return written if self._order is None else [written[name] for name in self._order]
