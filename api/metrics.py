"""What Prometheus reads: requests as they pass, and the state of the work at each look."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from core import heartbeats
from core.database import Database
from core.tables import Feed, Outgoing, TickRun
from core.terms import Fate

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPEN = (Fate.READY.value, Fate.SENDING.value, Fate.HELD.value, Fate.DEAD.value)


class Metrics:
    """The numbers of one application."""

    def __init__(self, database: Database) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "results_bot_http_requests",
            "Requests by route and answer.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "results_bot_http_request_seconds",
            "How long requests took.",
            ("route",),
            registry=self._registry,
        )
        self._registry.register(_State(database))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """In the format that Prometheus reads."""
        return generate_latest(self._registry)


class _State(Collector):
    """What the database knows of the jobs, the ledger, the workers and the feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing beforehand: the database need not be there at the start."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Asked at each look; an outage is itself a number."""
        up = GaugeMetricFamily("results_bot_database_up", "Whether the database answers.")
        try:
            with self._database.reading() as session:
                families = [*_jobs(session), _ledger(session), _workers(session), *_feeds(session)]
            up.add_metric([], 1)
        except OperationalError:
            families = []
            up.add_metric([], 0)
        yield up
        yield from families


def _jobs(session: Session) -> Iterator[GaugeMetricFamily]:
    runs = session.scalars(select(TickRun)).all()
    gauges: dict[str, tuple[str, Callable[[TickRun], float]]] = {
        "ran_timestamp_seconds": ("When the job last ran.", lambda run: run.ran_at.timestamp()),
        "seconds": ("How long its last run took.", lambda run: run.seconds),
        "done": ("What its last run did.", lambda run: run.did),
        "failing": ("Whether its last run failed.", lambda run: bool(run.error)),
    }
    for name, (meaning, value) in gauges.items():
        family = GaugeMetricFamily(f"results_bot_job_{name}", meaning, labels=["job"])
        for run in runs:
            family.add_metric([run.job], value(run))
        yield family


def _ledger(session: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "results_bot_outgoing", "What is owed and not sent.", labels=["channel", "fate"]
    )
    counts = session.execute(
        select(col(Outgoing.channel), col(Outgoing.fate), func.count())
        .where(col(Outgoing.fate).in_(OPEN))
        .group_by(col(Outgoing.channel), col(Outgoing.fate))
    )
    for channel, fate, n in counts:
        family.add_metric([channel, fate], n)
    return family


def _workers(session: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "results_bot_workers", "Processes that said a moment ago that they live.", labels=["parts"]
    )
    for parts in (heartbeats.WORKER, heartbeats.SLACK):
        family.add_metric([parts], heartbeats.alive(session, parts))
    return family


def _feeds(session: Session) -> Iterator[GaugeMetricFamily]:
    read = GaugeMetricFamily(
        "results_bot_feed_read_timestamp_seconds", "Up to when it was read.", labels=["feed"]
    )
    failing = GaugeMetricFamily("results_bot_feed_failing", "Whether it fails.", labels=["feed"])
    for feed in session.scalars(select(Feed)):
        if feed.read_upto is not None:
            read.add_metric([feed.name], feed.read_upto.timestamp())
        failing.add_metric([feed.name], feed.failing_since is not None)
    yield read
    yield failing
