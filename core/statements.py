"""Statements that change many rows at once, past the session's own objects."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, delete
from sqlalchemy.sql.dml import Delete, Update
from sqlmodel import Session


def affected(session: Session, statement: Update | Delete) -> int:
    """Run it; how many rows it changed."""
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


def deleted(session: Session, table: type[Any], condition: ColumnElement[bool]) -> int:
    """Delete the rows of a table that meet the condition; how many there were."""
    return affected(session, delete(table).where(condition))


def insert_new(session: Session, table: Table, unique: str) -> Any:
    """An insert in the database's dialect that leaves alone what is there under `unique`."""
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(table).on_conflict_do_nothing(index_elements=[unique])
