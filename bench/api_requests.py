"""Pages of results and verifications a second by HTTP, beside a bare FastAPI endpoint.

The bare endpoint answers the same bytes, asks no database and wants no key: what is left to ours
is the key, the query, the audit row on the disk.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

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
PATIENT = Settings(
    api_requests_per_minute=2**31 - 1,
    look_ups_per_user=2**31 - 1,
    look_ups_per_organisation=2**31 - 1,
    misses_per_user=2**31 - 1,
)


def main(argv: Sequence[str]) -> None:
    configure_logs()
    chosen = options(argv, records=20_000)
    with tempfile.TemporaryDirectory() as folder:
        database, key = _filled(Path(folder), chosen.records)
        ours = application(PATIENT, database, lambda: NOW, {})
        with _client(ours, key) as client, _client(_bare(client), key) as bare:
            rows = [*_pages(client, bare, chosen.rounds), *_look_ups(client, bare, chosen.rounds)]
        database.close()
    report(f"REST, {chosen.records:,} records, SQLite, one client", rows)


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
        with httpx.Client(base_url=url, headers=headers) as client:
            yield client
    finally:
        part.stop(1)


def _bare(client: httpx.Client) -> FastAPI:
    """The same addresses with the same bytes, and nothing behind them."""
    page = client.get("/v1/results", params={"limit": PAGE}).content
    number = client.get("/v1/results", params={"limit": 1}).json()["results"][0]["result"]
    one = client.post("/v1/verifications", json={"trf_number": number["trfNumber"]}).content
    app = FastAPI()
    app.get("/v1/results")(lambda: Response(page, media_type="application/json"))
    app.post("/v1/verifications")(lambda: Response(one, media_type="application/json"))
    return app


def _pages(client: httpx.Client, bare: httpx.Client, rounds: int) -> Iterator[Row]:
    yield from _compared(f"pages of {PAGE}", _read_pages, client, bare, rounds, least=0.06)


def _look_ups(client: httpx.Client, bare: httpx.Client, rounds: int) -> Iterator[Row]:
    yield from _compared("verifications", _verify, client, bare, rounds, least=0.08)


def _compared(
    name: str,
    work: Callable[[httpx.Client, httpx.Client], None],
    client: httpx.Client,
    bare: httpx.Client,
    rounds: int,
    *,
    least: float,
) -> Iterator[Row]:
    measured = compare(
        {
            "bare": Contender(partial(work, bare, client)),
            "ours": Contender(partial(work, client, client)),
        },
        rounds=rounds,
        fresh=False,
    )
    floor, ours = measured["bare"], measured["ours"]
    yield Row(f"{name} a second, bare", f"{REQUESTS / floor.seconds:,.0f}")
    yield Row(f"{name} a second", f"{REQUESTS / ours.seconds:,.0f}", ours.speed_to(floor), least)


def _read_pages(client: httpx.Client, _: httpx.Client) -> None:
    since: dict[str, str] = {}
    for _page in range(REQUESTS):
        page = client.get("/v1/results", params={"limit": str(PAGE)} | since).json()
        assert page["results"]
        since = {"since": page["next"]} if page["more"] else {}


def _verify(client: httpx.Client, ours: httpx.Client) -> None:
    page = ours.get("/v1/results", params={"limit": REQUESTS}).json()["results"]
    for one in page:
        found = client.post(
            "/v1/verifications", json={"trf_number": one["result"]["trfNumber"]}
        ).json()
        assert found["outcome"] in {"match", "no_match"}, "some of the sample are too old"


if __name__ == "__main__":
    main(sys.argv[1:])
