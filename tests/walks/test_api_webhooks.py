"""Workers that are killed while they push: every event arrives, each result's in order."""

import time

import pytest
from sqlmodel import select

from core.database import Database
from core.endpoints import add_endpoint
from core.settings import Settings
from core.tables import Organisation, Outgoing
from core.terms import Fate
from tests.builders import NOW, an_organisation
from tests.intake.shapes import as_csv, load, record
from tests.servers.crm import Crm
from tests.walks.terminal import Terminal

RESULTS = 60
LONGEST = 120.0


@pytest.fixture
def crm():
    crm = Crm()
    yield crm
    crm.close()


@pytest.fixture
def terminal(tmp_path, database_url):
    (tmp_path / ".env").write_text("RESULTS_WEBHOOK_ALLOWED_HOSTS=127.0.0.1\n")
    return Terminal(tmp_path, database_url)


@pytest.fixture
def secret(terminal, crm):
    """Of the endpoint; every result was delivered and then changed."""
    database = Database(terminal.database_url)
    with database.transaction() as session:
        organisation = an_organisation(session)
        settings = Settings(webhook_allowed_hosts="127.0.0.1")
        added = add_endpoint(session, organisation, crm.url, settings=settings, now=NOW)
    for band in ("8", "8.5"):
        rows = [record(n, overallBandScore=band) for n in range(RESULTS)]
        with database.transaction() as session:
            load(session, session.exec(select(Organisation)).one(), as_csv(*rows))
    yield added.secret
    database.close()


def slowly(_):
    time.sleep(0.01)
    return 204


def wait(done, seconds=LONGEST):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_nothing_is_lost_and_each_result_is_told_in_order(terminal, crm, secret):
    crm.always = slowly
    for _ in range(2):
        before = len(crm.calls)
        worker = terminal.serve("worker", "scheduler")
        wait(lambda before=before: len(crm.calls) > before + 15)
        worker.kill()
        worker.communicate()
    crm.always = 204
    last = terminal.serve("worker", "scheduler")
    try:
        wait(lambda: len({call.id for call in crm.calls}) == 2 * RESULTS)
        wait(lambda: open_rows(terminal) == 0)
    finally:
        last.terminate()
        last.communicate()

    for call in crm.calls:
        call.verified(secret)
    assert len({(call.id, call.event()["type"]) for call in crm.calls}) == 2 * RESULTS
    first_seen = {}
    for place, call in enumerate(crm.calls):
        first_seen.setdefault(call.id, place)
    for event_id, place in first_seen.items():
        head, arrival, result = event_id.rsplit("-", 2)
        if arrival == "2":
            assert first_seen[f"{head}-1-{result}"] < place


def open_rows(terminal):
    database = Database(terminal.database_url)
    with database.reading() as session:
        rows = session.exec(select(Outgoing.fate)).all()
    database.close()
    return sum(one != Fate.SENT.value for one in rows)
