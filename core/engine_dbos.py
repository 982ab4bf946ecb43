"""DBOS behind the port. Nothing else imports it, for its import alone takes 0.4 s.

What is unusual here was found by trying (docs/decisions/0001-dbos.md): PostgreSQL ends a session
that idles in a transaction, so that a stopped process cannot hold its locks; DBOS polls, since
LISTEN needs a connection of its own; a lost connection is an error and never a silent wait.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    WorkflowSerializationFormat,
    WorkflowStatus,
)
from more_itertools import chunked
from sqlmodel import Session

from core.engine import Job, Queue, Work
from core.engine_statements import EnqueueStatements

NAME = "results-bot"
VERSION = "1"
"""Of the jobs' names and arguments: work enqueued under another is not taken up."""

POLL_SECONDS = 0.2
IDLE_SECONDS = 20
CONNECT_SECONDS = 10
SLOTS = {Queue.MAIL: 4, Queue.SLACK: 50, Queue.WEBHOOK: 20, Queue.INBOX: 4}
"""How many pieces one process does at once; a Slack conversation holds its slot for a second."""

TABLES = frozenset(
    {
        "application_versions",
        "dbos_migrations",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    }
)
"""The engine's own tables, which stand among ours in SQLite and in a schema of PostgreSQL."""

UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]
FAILED = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
FINISHED = ["SUCCESS", "CANCELLED", *FAILED]
BATCH = 500


class DbosEngine:
    """The engine on our own database's tables."""

    def __init__(self, engine: sa.Engine) -> None:
        self._url, self._worker = engine.url, ""
        self._client = DBOSClient(
            system_database_engine=engine,
            application_name=NAME,
            retry_connection_errors=False,
            lazy=True,
        )
        self._statements = EnqueueStatements(NAME, VERSION)

    def submit(
        self,
        session: Session,
        queue: Queue,
        job: str,
        *arguments: Any,
        lane: str,
        delay: float = 0,
    ) -> None:
        """See WorkEngine."""
        key = lane if queue.by_lane else None
        self._statements.enqueue(session, queue, job, arguments, lane=key, delay=delay)

    def run(self, worker: str, jobs: Mapping[str, Job]) -> None:
        """See WorkEngine. One process runs one engine."""
        self._worker = worker
        DBOS(config=_config(self._url, worker))
        for name, job in jobs.items():
            DBOS.workflow(name=name, serialization_type=WorkflowSerializationFormat.PORTABLE)(
                _as_function(job)
            )
        DBOS.listen_queues([queue.value for queue in Queue])
        DBOS.launch()
        for queue in Queue:
            DBOS.register_queue(
                queue.value,
                worker_concurrency=SLOTS[queue],
                partition_concurrency=1 if queue.by_lane else None,
                polling_interval_sec=POLL_SECONDS,
            )

    def stop(self, grace: float) -> bool:
        """See WorkEngine; takes a second even with nothing to wait for."""
        DBOS.destroy(workflow_completion_timeout_sec=max(1, int(grace)))
        try:
            return not self._running(self._worker)
        except sa.exc.DBAPIError:
            return False

    def release(self, worker: str) -> int:
        """See WorkEngine."""
        stuck: defaultdict[str | None, list[str]] = defaultdict(list)
        for one in self._running(worker):
            stuck[one.queue_name].append(one.workflow_id)
        for queue, ids in stuck.items():
            for some in chunked(ids, BATCH):
                self._client.resume_workflows(some, queue_name=queue)
        return sum(map(len, stuck.values()))

    def inspect(self, *, most: int = 100) -> Sequence[Work]:
        """See WorkEngine."""
        found = self._client.list_workflows(
            status=UNFINISHED + FAILED, limit=most, load_input=False, load_output=False
        )
        return [
            Work(one.workflow_id, one.queue_name or "", one.name, one.status, one.executor_id)
            for one in found
        ]

    def prune(self, before: datetime) -> int:
        """See WorkEngine."""
        pruned = 0
        while ids := self._finished(before):
            self._client.delete_workflows(ids)
            pruned += len(ids)
        return pruned

    def _running(self, worker: str) -> list[WorkflowStatus]:
        return self._client.list_workflows(
            status="PENDING", executor_id=worker, load_input=False, load_output=False
        )

    def _finished(self, before: datetime) -> list[str]:
        done = self._client.list_workflows(
            status=FINISHED,
            end_time=before.isoformat(),
            limit=BATCH,
            load_input=False,
            load_output=False,
        )
        return [one.workflow_id for one in done]


def migrate(url: sa.URL) -> None:
    """Create the engine's own tables or bring them up to date."""
    DBOS.migrate(_plain(url))


def is_ours(name: str | None, kind: str, parent: Mapping[Any, str | None]) -> bool:
    """Whether Alembic is to compare this: its `include_name`."""
    return (name if kind == "table" else parent.get("table_name")) not in TABLES


def _config(url: sa.URL, worker: str) -> DBOSConfig:
    return DBOSConfig(
        name=NAME,
        application_version=VERSION,
        executor_id=worker,
        system_database_url=_plain(url),
        sys_db_idle_transaction_timeout_sec=IDLE_SECONDS,
        db_engine_kwargs={"connect_args": {"connect_timeout": CONNECT_SECONDS}},
        run_migrations=False,
        use_listen_notify=False,
        log_level="WARNING",
    )


def _plain(url: sa.URL) -> str:
    """As DBOS wants it: it chooses the driver itself."""
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _as_function(job: Job) -> Job:
    """DBOS takes a bound method for a step of a class."""

    @functools.wraps(job)
    def run(*arguments: Any) -> None:
        job(*arguments)

    return run
