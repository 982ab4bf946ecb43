"""A poll that is killed anywhere loses nothing, and tells nobody anything twice."""

import json
import random
import subprocess
import sys
import time
from datetime import timedelta
from subprocess import PIPE

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from core.database import Database
from core.preferences import Switch, Wishes, set_notifications
from core.tables import Arrival, Delivery, Feed, Outgoing
from core.versions import BEGINNING, positions
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.servers.ielts_api import CLIENT, SECRET, IeltsApi, a_record
from tests.walks.terminal import Terminal

DAYS = 12
RECORDS = 90
LONGEST = 300.0


@pytest.fixture
def api():
    api = IeltsApi(
        *(
            a_record(n, lastModifiedDate=f"{NOW - timedelta(hours=3 * n):%Y-%m-%dT%H:%M:%S}")
            for n in range(1, RECORDS + 1)
        )
    )
    api.always = 0.05
    yield api
    api.close()


@pytest.fixture
def terminal(tmp_path, database_url):
    return Terminal(tmp_path, database_url)


@pytest.fixture
def subscribed(terminal):
    """A user who is told of every result, with the organisation."""
    database = Database(terminal.database_url)
    with database.transaction() as session:
        organisation = an_organisation(session)
        actor = an_actor(session, a_user(session, organisation))
        set_notifications(session, actor, Switch.IMMEDIATE, Wishes(), now=NOW)
    yield database, organisation.id
    database.close()


def start(terminal, api, *words, **pipes):
    since = f"{NOW - timedelta(days=DAYS):%Y-%m-%d}"
    configured = {
        "RESULTS_IELTS_API_URL": api.url,
        "RESULTS_IELTS_API_CLIENT_ID": CLIENT,
        "RESULTS_IELTS_API_CLIENT_SECRET": SECRET,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "console.main", "poll", "--since", since, *words],
        cwd=terminal.folder,
        env=terminal.environment() | configured,
        **pipes,
    )


def kill_after(process, api, requests, seconds):
    """Kill it so many requests later, and a moment; give up if it ends by itself."""
    until = len(api.requests) + requests
    while len(api.requests) < until and process.poll() is None:
        time.sleep(0.005)
    time.sleep(seconds)
    process.kill()
    process.wait()


def test_a_bad_record_is_said_on_stderr_and_the_answer_stays_one_document(
    terminal, subscribed, api
):
    api.always = None
    api.put(a_record(500, overallBandScore="12", lastModifiedDate=f"{NOW:%Y-%m-%dT%H:%M:%S}"))
    process = start(terminal, api, "--json", "--rejects", "bad.json", stdout=PIPE, stderr=PIPE)
    said, warned = process.communicate(timeout=120)

    answer = json.loads(said)
    assert (answer["rejected"], answer["rejects"], answer["kept"]) == (1, "bad.json", 0)
    assert b"overallBandScore" in warned
    (bad,) = json.loads((terminal.folder / "bad.json").read_text())["results"]
    assert bad["overallBandScore"] == "12"


def test_a_killed_poll_goes_on_and_everything_arrives_once(terminal, subscribed, api):
    database, organisation_id = subscribed
    dice = random.Random(7)
    for _ in range(3):
        kill_after(start(terminal, api), api, dice.randint(1, 6), dice.random() / 10)
    api.always = None
    assert start(terminal, api).wait(LONGEST) == 0

    with database.reading() as session:
        delivered = session.scalar(select(func.count()).select_from(Delivery))
        arrivals = session.scalars(select(Arrival)).all()
        places = positions(session, organisation_id, since=BEGINNING, most=1000)
        told = session.scalars(select(col(Outgoing.dedupe_key))).all()
        feed = session.scalars(select(Feed)).one()
    assert delivered == len(places) == RECORDS
    assert sum(one.new for one in arrivals) == RECORDS
    assert sum(one.changed for one in arrivals) == 0
    assert len(told) == len(set(told))
    assert feed.read_upto == NOW
