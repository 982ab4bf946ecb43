"""The recipes of docs/crm are run, not only read."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from core.commands.run import run
from core.keys import Scope
from core.settings import Settings
from tests.api.test_results import arrive
from tests.builders import NOW, a_user, an_actor
from tests.intake.shapes import number, record

RECIPES = Path(__file__).parents[2] / "docs" / "crm"


@pytest.fixture
def consume(door, tmp_path):
    key = door.client(Scope.READ).headers["Authorization"].removeprefix("Bearer ")

    def consume(**changes):
        done = subprocess.run(
            [sys.executable, RECIPES / "consumer.py", tmp_path / "crm.db"],
            env=os.environ | {"IELTS_URL": door.url, "IELTS_KEY": key} | changes,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() or done.stderr.strip()

    return consume


def stored(tmp_path):
    crm = sqlite3.connect(tmp_path / "crm.db")
    rows = crm.execute("SELECT trf_number, status, overall FROM ielts ORDER BY 1").fetchall()
    crm.close()
    return rows


def test_the_python_consumer_reads_on_and_catches_up_after_a_week(door, consume, tmp_path):
    arrive(door, record(1), record(2))
    assert consume() == "2 new versions"
    assert consume() == "0 new versions"

    arrive(door, record(1, overallBandScore="8.5"), record(3))
    arrive(door, record(1, overallBandScore="9"))
    arrive(door, record(2, status="WITHDRAWN"))
    assert consume() == "4 new versions"

    assert stored(tmp_path) == [
        (number(1), "RELEASED", "9"),
        (number(2), "WITHDRAWN", ""),
        (number(3), "RELEASED", "8"),
    ]


def test_the_python_consumer_says_why_it_is_refused(consume):
    assert consume(IELTS_KEY="rb_wrong").startswith("401: This API key is not known")


@pytest.mark.parametrize("recipe", ["slate.md", "peoplesoft.md"])
def test_the_templates_of_a_recipe_can_be_made(door, recipe):
    lines = re.findall(r"run --as \S+ '([^']+)'", (RECIPES / recipe).read_text(encoding="utf-8"))
    with door.database.transaction() as session:
        actor = an_actor(session, a_user(session, door.organisation))
        for line in lines:
            run(session, actor, line, now=NOW, settings=Settings())
    assert lines
