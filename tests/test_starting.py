"""What a process that only waits keeps in memory: nothing that is seldom needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.database import Database, migrate
from tests.builders import a_user, an_organisation

SELDOM = {
    "PIL": "a month's picture is drawn",
    "pyzipper": "a file goes in an encrypted zip",
    "dkim": "mail is signed or its signature checked here",
    "dns": "as above",
    "lxml": "somebody answers in HTML only",
    "inscriptis": "as above",
    "imapclient": "a mailbox is read by IMAP",
    "cryptography": "there is a key to seal with",
    "httpx": "the official results API is asked",
    "httpcore": "an event goes to a webhook, or as above",
    "jinja2": "a letter is written",
    "css_inline": "as above",
    "alembic": "the database is made or brought up to date",
    "playground": "the demo plays Slack",
}
"""When each is imported."""

SERVICE_ONLY = {
    "aiohttp",
    "apscheduler",
    "babel",
    "dbos",
    "fastapi",
    "msgspec",
    "rich",
    "slack_sdk",
}
"""What a look-up at the command line has no use for."""

MOST_MB = 180
"""Far above what it takes (docs/performance.md), and far below what any of these would hide."""

SERVICE = (sys.executable, "-m", "tests.at_rest")


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory):
    """What a service with all its parts says of itself, when every job of the timetable was run."""
    folder = tmp_path_factory.mktemp("at-rest")
    url = f"sqlite:///{folder / 'results.db'}"
    migrate(url)
    settings = {
        "DATABASE_URL": url,
        "HTTP_PORT": "0",
        "SMTP_LISTEN": "127.0.0.1:0",
        "OUTBOX_DIR": str(folder / "outbox"),
        "SLACK_BOT_TOKEN": "xoxb-1-at-rest",
        "SLACK_SIGNING_SECRET": "never used",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
    }
    told = {f"RESULTS_{name}": value for name, value in settings.items()}
    done = subprocess.run(
        SERVICE,
        cwd=Path(__file__).parent.parent,
        env=os.environ | told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_is_seldom_needed_is_imported_when_it_is(at_rest):
    assert set(at_rest["packages"]) & SELDOM.keys() == set()


def test_all_parts_were_there(at_rest):
    assert {"aiosmtpd", "apscheduler", "dbos", "fastapi", "slack_bolt"} <= set(at_rest["packages"])


def test_garbage_is_looked_for_often_and_never_in_what_the_start_made(at_rest):
    assert at_rest["garbage"] <= 5_000
    assert at_rest["frozen"] > 100_000


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_it_takes_no_more_memory_than_it_should(at_rest):
    assert at_rest["megabytes"] < MOST_MB


def test_one_look_up_at_the_command_line_imports_nothing_of_the_service(tmp_path):
    url = f"sqlite:///{tmp_path / 'results.db'}"
    migrate(url)
    database = Database(url)
    with database.transaction() as session:
        ann = a_user(session, an_organisation(session))
    database.close()

    line = ("run", "--as", ann.email, "verify 25GB000595ZOLJS03G")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "console.main", *line],
        env=os.environ | {"RESULTS_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("No match found.")
    told = {one.rpartition("|")[2].strip() for one in done.stderr.splitlines()}
    loaded = {name.partition(".")[0] for name in told}
    assert "sqlmodel" in loaded
    assert loaded & (SELDOM.keys() | SERVICE_ONLY) == set()
