"""How work is written down for DBOS, without the library: two prepared statements.

`DBOSClient.enqueue_in_transaction` builds and compiles its statements anew at every call, which
took more time than the mails that it was called for. The rows are its own to the last column, which
a test holds them to; the library's version is fixed by uv.lock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from core.engine import Queue
from core.prepared import Prepared

PORTABLE = "portable_json"


class EnqueueStatements:
    """Writes as one application, of one version."""

    def __init__(self, application: str, version: str) -> None:
        self._constant = {
            "application_name": application,
            "application_version": version,
            "recovery_attempts": 0,
            "priority": 0,
            "serialization": PORTABLE,
            "is_debounced": False,
            "attributes": None,
        }
        self._of = {
            dialect: (Prepared(_into(_status(schema))), Prepared(_into(_input(schema))))
            for dialect, schema in (("sqlite", None), ("postgresql", "dbos"))
        }

    def enqueue(
        self,
        session: Session,
        queue: Queue,
        job: str,
        arguments: Sequence[Any],
        *,
        lane: str | None,
        delay: float,
    ) -> None:
        """Write it down in the session's transaction."""
        one = str(uuid4())
        status, given = self._of[session.get_bind().dialect.name]
        status.run(
            session,
            {
                **self._constant,
                "workflow_uuid": one,
                "creator_xid": str(uuid4()),
                "name": job,
                "queue_name": queue.value,
                "queue_partition_key": lane,
                "status": "DELAYED" if delay > 0 else "ENQUEUED",
                "delay_until_epoch_ms": int((time.time() + delay) * 1000) if delay > 0 else None,
            },
        )
        inputs = {"namedArgs": {}, "positionalArgs": arguments}
        given.run(session, {"workflow_uuid": one, "inputs": _as_json(inputs)})


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _status(schema: str | None) -> sa.Table:
    texts = ["workflow_uuid", "status", "name", "queue_name", "queue_partition_key"]
    texts += ["application_name", "application_version", "serialization", "creator_xid"]
    return sa.Table(
        "workflow_status",
        sa.MetaData(schema=schema),
        *(sa.Column(name, sa.Text) for name in texts),
        sa.Column("recovery_attempts", sa.BigInteger),
        sa.Column("priority", sa.Integer),
        sa.Column("delay_until_epoch_ms", sa.BigInteger),
        sa.Column("is_debounced", sa.Boolean),
        sa.Column("attributes", sa.JSON().with_variant(JSONB(), "postgresql")),
    )


def _input(schema: str | None) -> sa.Table:
    return sa.Table(
        "workflow_input",
        sa.MetaData(schema=schema),
        sa.Column("workflow_uuid", sa.Text),
        sa.Column("inputs", sa.Text),
    )


def _into(table: sa.Table) -> sa.Insert:
    return sa.insert(table).values({one.name: sa.bindparam(one.name) for one in table.columns})
