"""Long work as somebody sees it who sits before a terminal, and as a program does who does not."""

import json
import os
import pty
import re
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from core.database import Database
from core.terms import Role
from tests.builders import NOW, a_user, an_organisation
from tests.intake.shapes import as_csv, number, record
from tests.servers.ielts_api import CLIENT, SECRET, IeltsApi, a_record
from tests.walks.terminal import Terminal

RECORDS = 6000
"""More than a download needs for a bar."""


@pytest.fixture
def terminal(tmp_path, sqlite_url):
    database = Database(sqlite_url)
    with database.transaction() as session:
        a_user(session, an_organisation(session), role=Role.ADMINISTRATOR)
    database.close()
    return Terminal(tmp_path, sqlite_url)


@pytest.fixture
def api():
    api = IeltsApi(
        *(
            a_record(n, lastModifiedDate=f"{NOW - timedelta(hours=n):%Y-%m-%dT%H:%M:%S}")
            for n in range(1, 41)
        )
    )
    yield api
    api.close()


def watch(terminal, *words, **environment):
    """Standard output of a command, and what its standard error shows on a real terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "console.main", *words],
        cwd=terminal.folder,
        env=terminal.environment() | {"TERM": "xterm", "COLUMNS": "100"} | environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    seen = []
    reader = threading.Thread(target=_read, args=(ours, seen))
    reader.start()
    out, _ = process.communicate(timeout=120)
    reader.join(10)
    os.close(ours)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(seen).decode())
    assert process.returncode == 0, (out, shown)
    return out.decode(), shown


def _read(terminal, seen):
    try:
        while piece := os.read(terminal, 65536):
            seen.append(piece)
    except OSError:
        pass  # the other end was closed


def configured(api):
    return {
        "RESULTS_IELTS_API_URL": api.url,
        "RESULTS_IELTS_API_CLIENT_ID": CLIENT,
        "RESULTS_IELTS_API_CLIENT_SECRET": SECRET,
    }


def test_a_load_and_a_large_download_show_a_bar_and_their_answer_stays_one_document(terminal):
    file = terminal.folder / "results.csv"
    file.write_bytes(as_csv(*(record(n) for n in range(RECORDS))))

    out, shown = watch(terminal, "ingest", str(file), "--org", "Exeter", "--json")
    assert json.loads(out)["new"] == RECORDS
    assert "results.csv" in shown
    assert "100%" in shown

    out, shown = watch(terminal, "run", "--as", "ann@uni.example", "download csv", "--json")
    assert json.loads(out)["download"]["records"] == RECORDS
    assert "100%" in shown

    again = terminal.type("run", "--as", "ann@uni.example", "redownload 1", "--json")
    assert again.stderr == "", "nobody watches, so nothing is shown"


def test_small_work_shows_none(terminal):
    out, shown = watch(terminal, "run", "--as", "ann@uni.example", f"verify {number(1)}", "--json")

    assert json.loads(out)["outcome"] == "no_match"
    assert shown == ""


def test_a_back_fill_shows_the_day_that_it_has_come_to(terminal, api):
    out, shown = watch(terminal, "poll", "--since", "2026-11-20", "--json", **configured(api))

    assert json.loads(out)["new"] == 40
    assert "2026-11-25" in shown
    assert "100%" in shown


def test_many_numbers_show_how_many_ielts_has_answered(terminal, api):
    line = "verify " + " ".join(number(n) for n in range(1, 31))

    out, shown = watch(
        terminal, "run", "--as", "ann@uni.example", line, "--json", **configured(api)
    )

    assert len(json.loads(out)["verifications"]) == 30
    assert "verify" in shown
    assert "100%" in shown
