"""Pages of results and verifications a second by HTTP, beside bare FastAPI endpoints.

They answer the same bytes, ask no database and want no key. The durable one waits for the disk as
ours must for its audit row: what is left to ours is the key, the query, the rendering.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import httpx
from fastapi import FastAPI, Response
from starlette.types import ASGIApp

from api.app import application
from api.service import ApiPart
from bench.timing import Contender, Row, compare, options, report
from console.logs import configure_logs
from core.database import Database, migrate
from core.intake.load import ingest
from core.intake.rejects import Rejects
from core.keys import Scope, add_key
from core.organisations import add_organisation, organisation_named
from core.sample import write_sample
from core.settings import Settings
from core.terms import Format, Service

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
REQUESTS = 300
PAGE = 100
LEAST_PAGES, LEAST_LOOK_UPS = 0.2, 0.25
NOTHING: Mapping[str, str] = MappingProxyType({})
Work = Callable[[httpx.Client, Sequence[str]], None]
PATIENT = Settings(
    api_requests_per_minute=2**31 - 1,
    look_ups_per_user=2**31 - 1,
    look_ups_per_organisation=2**31 - 1,
    misses_per_user=2**31 - 1,
)


@dataclass(frozen=True)
class Site:
    """Clients of ours and of the floors."""

    ours: httpx.Client
    bare: httpx.Client
    durable: httpx.Client


def main(argv: Sequence[str]) -> None:
    configure_logs()
    chosen = options(argv, records=20_000)
    with tempfile.TemporaryDirectory() as folder:
        database, key = _filled(Path(folder), chosen.records)
        ours = application(PATIENT, database, lambda: NOW, {})
        with (
            _client(ours, key) as client,
            _client(_bare(client), key) as bare,
            Path(folder, "line").open("wb") as line,
            _client(_bare(client, line), key) as durable,
        ):
            rows = [
                row
                for clients in (1, 8)
                for row in _compared(Site(client, bare, durable), clients, chosen.rounds)
            ]
        database.close()
    report(f"REST, {chosen.records:,} records, SQLite", rows)


def _filled(folder: Path, records: int) -> tuple[Database, str]:
    migrate(f"sqlite:///{folder}/results.db")
    database = Database(f"sqlite:///{folder}/results.db")
    sample = folder / "sample.csv"
    with sample.open("wb") as stream:
        write_sample(
            stream, format=Format.CSV, records=records, seed=1, photos=False, now=NOW.date()
        )
    with database.transaction() as session, sample.open("rb") as stream:
        add_organisation(
            session,
            name="Exeter",
            account_name="Exeter",
            address="Exeter",
            service=Service.API,
            now=NOW,
        )
        organisation = organisation_named(session, "Exeter")
        ingest(
            session,
            organisation.id or 0,
            stream,
            source="sample",
            now=NOW,
            rejects=Rejects(folder / "rejects.csv"),
        )
        added = add_key(session, organisation, name="CRM", scopes=[Scope.WRITE], now=NOW)
    return database, added.secret


@contextmanager
def _client(app: ASGIApp, key: str) -> Iterator[httpx.Client]:
    part = ApiPart(app, "127.0.0.1", 0)
    part.start()
    url, headers = f"http://127.0.0.1:{part.port}", {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            yield client
    finally:
        part.stop(1)


def _bare(client: httpx.Client, line: BinaryIO | None = None) -> FastAPI:
    """The same addresses with the same bytes; behind them nothing, or a line made durable."""

    def answered(body: bytes) -> Response:
        if line is not None:
            line.write(b"a line of the audit trail\n" * 8)
            line.flush()
            os.fdatasync(line.fileno())
        return Response(body, media_type="application/json")

    page = client.get("/v1/results", params={"limit": PAGE}).content
    number = client.get("/v1/results", params={"limit": 1}).json()["results"][0]["result"]
    one = client.post("/v1/verifications", json={"trf_number": number["trfNumber"]}).content
    app = FastAPI()
    app.get("/v1/results")(lambda: answered(page))
    app.post("/v1/verifications")(lambda: answered(one))
    return app


def _compared(site: Site, clients: int, rounds: int) -> Iterator[Row]:
    for name, work, least in (
        (f"pages of {PAGE}", _read_pages, LEAST_PAGES),
        ("verifications", _verify, LEAST_LOOK_UPS),
    ):
        measured = compare(
            {
                "bare": Contender(partial(_at_once, clients, work, site.bare, site.ours)),
                "durable": Contender(partial(_at_once, clients, work, site.durable, site.ours)),
                "ours": Contender(partial(_at_once, clients, work, site.ours, site.ours)),
            },
            rounds=rounds,
            fresh=False,
        )
        title, ours = f"{name} a second, {clients} at once", measured["ours"]
        for floor, bound in (("bare", None), ("durable", least if clients == 1 else None)):
            speed = f"{REQUESTS / measured[floor].seconds:,.0f}"
            yield Row(f"{title}, {floor}", speed)
            ratio = ours.speed_to(measured[floor])
            yield Row(f"{title}, to {floor}", f"{REQUESTS / ours.seconds:,.0f}", ratio, bound)


def _at_once(clients: int, work: Work, client: httpx.Client, ours: httpx.Client) -> None:
    numbers = [one["result"]["trfNumber"] for one in _page(ours, REQUESTS)["results"]]
    shares = [numbers[n::clients] for n in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(partial(work, client), shares))


def _read_pages(client: httpx.Client, numbers: Sequence[str]) -> None:
    since: dict[str, str] = {}
    for _number in numbers:
        page = _page(client, PAGE, since)
        assert page["results"]
        since = {"since": page["next"]} if page["more"] else {}


def _page(client: httpx.Client, limit: int, since: Mapping[str, str] = NOTHING) -> Any:
    return client.get("/v1/results", params={"limit": str(limit), **since}).json()


def _verify(client: httpx.Client, numbers: Sequence[str]) -> None:
    for number in numbers:
        found = client.post("/v1/verifications", json={"trf_number": number}).json()
        assert found["outcome"] in {"match", "no_match"}, "some of the sample are too old"


if __name__ == "__main__":
    main(sys.argv[1:])
