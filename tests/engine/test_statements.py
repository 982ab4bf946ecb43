"""What we write down for DBOS ourselves, held to what the library writes."""

import time

import pytest
from dbos import DBOSClient, EnqueueOptions, WorkflowSerializationFormat
from sqlalchemy import text

from core.engine import Queue, submit
from core.engine_dbos import NAME, VERSION

OWN = {"workflow_uuid", "creator_xid"}
"""What differs from one piece of work to the next."""

MOMENTS = {"created_at", "updated_at", "delay_until_epoch_ms", "retention_timestamp"}


@pytest.mark.parametrize("delay", [0, 30.5])
@pytest.mark.parametrize("queue", Queue)
@pytest.mark.parametrize("arguments", [[[1, 2, 3]], [], ["é", {"a": None}]])
def test_the_rows_are_those_of_the_library_to_the_last_column(database, queue, delay, arguments):
    with database.transaction() as session:
        submit(session, queue, "take-up", *arguments, lane="C1", delay=delay)
    ours = written(database)
    with database.transaction() as session:
        session.execute(text(f"DELETE FROM {table(database, 'workflow_status')}"))
        session.execute(text(f"DELETE FROM {table(database, 'workflow_input')}"))
        submit_by_the_library(database, session, queue, delay, arguments)

    assert ours == written(database)
    assert len(ours) == 2


def submit_by_the_library(database, session, queue, delay, arguments):
    client = DBOSClient(system_database_engine=database.engine, application_name=NAME, lazy=True)
    options = EnqueueOptions(
        workflow_name="take-up",
        queue_name=queue.value,
        app_version=VERSION,
        serialization_type=WorkflowSerializationFormat.PORTABLE,
    )
    if queue.by_lane:
        options["queue_partition_key"] = "C1"
    if delay:
        options["delay_seconds"] = delay
    client.enqueue_in_transaction(session, options, *arguments)


def written(database):
    """Every column of both rows but each one's own; moments in tens of seconds from now."""
    with database.reading() as session:
        rows = [
            row
            for name in ("workflow_status", "workflow_input")
            for row in session.execute(text(f"SELECT * FROM {table(database, name)}")).mappings()
        ]
    assert len({row["workflow_uuid"] for row in rows}) == 1
    assert all(len(str(row[one])) == 36 for row in rows for one in OWN & row.keys())
    return [{name: as_told(name, row[name]) for name in row.keys() - OWN} for row in rows]


def as_told(name, value):
    if name in MOMENTS and value is not None:
        return round(value / 1000 - time.time(), -1)
    return value


def table(database, name):
    return name if database.is_sqlite else f"dbos.{name}"
