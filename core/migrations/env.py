"""Alembic's entry: it runs on the connection that `core.database.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

import core.tables  # noqa: F401  registers the tables for autogenerate
from core.engine_dbos import is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transaction_per_migration=True,
    render_as_batch=True,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
