import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from console.checks.finding import failure
from console.doctor import examine
from core import audit
from core.database import Database
from core.tables import Arrival, Feed, Incoming, Outgoing, TickRun
from core.terms import Fate, Role, Service
from tests.builders import NOW, a_user, an_organisation
from tests.walks.terminal import Terminal


@pytest.fixture
def visit(tmp_path, database_url, monkeypatch):
    return Visit(tmp_path, database_url, monkeypatch)


class Visit:
    """Standing and sentence of each finding, by check; in a folder and with settings of its own."""

    def __init__(self, folder, url, monkeypatch):
        self.folder, self._monkeypatch = folder, monkeypatch
        monkeypatch.chdir(folder)
        self.set(DATABASE_URL=url, ENV="test", NOW=NOW.isoformat())

    def set(self, **settings):
        for name, value in settings.items():
            self._monkeypatch.setenv(f"RESULTS_{name}", value)

    def __call__(self, *, live=False):
        found: dict[str, list[tuple[str, str]]] = {}
        for one in examine(live=live):
            found.setdefault(one.check, []).append((one.standing.value, one.line()[24:]))
        return found


def test_a_house_that_is_set_up_has_no_failure_and_every_check_has_a_line(visit, database):
    with database.transaction() as session:
        organisation = an_organisation(session)
        a_user(session, organisation, role=Role.ADMINISTRATOR, is_primary=True)
        hour_ago = NOW - timedelta(hours=1)
        session.add(Arrival(organisation_id=organisation.id, source="a.csv", arrived_at=hour_ago))

    found = visit()

    assert {standing for some in found.values() for standing, _ in some} <= {"ok", "off", "warning"}
    wanted = {"settings", "database", "clock", "organisations", "mail out", "mail in", "slack"}
    assert wanted | {"results API", "results", "worker", "queue", "jobs"} <= found.keys()
    assert found["results"] == [("ok", "Every organisation had some lately.")]
    assert found["organisations"] == [("ok", "1 organisation has an administrator.")]


def test_json_is_one_document_and_a_failure_is_exit_1(tmp_path, empty_database_url):
    terminal = Terminal(tmp_path, empty_database_url)

    done = terminal.type("doctor", "--json", exits=1)

    document = json.loads(done.stdout)
    assert document["failed"] == 1
    (failed,) = [one for one in document["checks"] if one["standing"] == "failure"]
    assert failed["check"] == "database"
    assert "results-bot init" in failed["message"]
    assert not (tmp_path / "results.db").exists()


def test_a_server_that_is_not_there_is_one_line_without_its_password(tmp_path, monkeypatch):
    found = Visit(tmp_path, "postgresql+psycopg://u:swordfish@127.0.0.1:1/none", monkeypatch)()

    ((standing, said),) = found["database"]
    assert standing == "FAILURE"
    assert "RESULTS_DATABASE_URL" in said
    assert "swordfish" not in said
    assert "organisations" not in found


@pytest.mark.parametrize("url", ["nonsense", "postgresql://u@h/d"])
def test_an_address_that_is_none_is_said_so(tmp_path, url, monkeypatch):
    assert Visit(tmp_path, url, monkeypatch)()["database"][0][0] == "FAILURE"


def test_a_wrong_setting_ends_the_visit_with_its_name(visit):
    visit.set(NOW="yesterday")

    found = visit()

    assert list(found) == ["settings"]
    assert "RESULTS_NOW" in found["settings"][0][1]


def test_a_misspelt_variable_in_the_env_file_and_one_that_others_can_read_are_told(visit):
    env = visit.folder / ".env"
    env.write_text("RESULTS_SMPT_URL=smtp://x\nOTHER=1\n")
    env.chmod(0o644)

    said = [sentence for _, sentence in visit()["settings"]]

    assert any("chmod 600" in one for one in said)
    assert any("RESULTS_SMPT_URL" in one and "RESULTS_SMTP_URL?" in one for one in said)
    assert not any("OTHER" in one for one in said)


def test_an_sqlite_file_that_all_can_read_is_told_and_one_in_a_closed_folder_is_not(
    tmp_path, sqlite_url, monkeypatch
):
    visit = Visit(tmp_path, sqlite_url, monkeypatch)
    tmp_path.chmod(0o755)
    (tmp_path / "results.db").chmod(0o644)
    assert any("chmod 700" in said for _, said in visit()["room"])

    tmp_path.chmod(0o700)
    assert not any("chmod 700" in said for _, said in visit()["room"])


def test_a_clock_behind_what_happened_is_a_failure(tmp_path, sqlite_url, monkeypatch):
    database = Database(sqlite_url)
    with database.transaction() as session:
        audit.record_system(session, None, "test", now=NOW + timedelta(hours=1), surface="console")
    database.close()

    assert Visit(tmp_path, sqlite_url, monkeypatch)()["clock"][-1][0] == "FAILURE"


def test_an_organisation_without_an_administrator_or_results_is_told_with_the_commands(
    visit, database
):
    with database.transaction() as session:
        an_organisation(session)
        an_organisation(session, "Paper", Service.VERIFICATION)

    found = visit()

    assert "Without an administrator: Exeter, Paper." in found["organisations"][0][1]
    assert "admin add 'Exeter'" in found["organisations"][0][1]
    assert len(found["results"]) == 1
    assert "ingest FILE --org 'Exeter'" in found["results"][0][1]


def test_results_that_stopped_coming_are_a_warning(visit, database):
    with database.transaction() as session:
        organisation = an_organisation(session)
        long_ago = NOW - timedelta(hours=97)
        session.add(Arrival(organisation_id=organisation.id, source="a.csv", arrived_at=long_ago))

    assert visit()["results"][0][0] == "warning"


def test_a_poll_and_a_job_that_fail_are_failures_with_their_words(visit, database):
    with database.transaction() as session:
        session.add(Feed(name="ielts", failing_since=NOW, error="401 invalid_client"))
        session.add(
            TickRun(
                job="poll", ran_at=NOW, seconds=0.1, error="Boom, reference ab", failing_since=NOW
            )
        )

    found = visit()

    assert "401 invalid_client" in found["results API"][-1][1]
    assert "Boom, reference ab" in found["jobs"][0][1]


def test_what_is_overdue_and_what_waits_for_a_decision_is_counted(visit, database):
    with database.transaction() as session:
        for key, fate, minutes in (
            ("a", Fate.READY, 16),
            ("b", Fate.READY, 1),
            ("c", Fate.DEAD, 0),
        ):
            session.add(
                Outgoing(
                    channel="mail",
                    lane="smtp",
                    dedupe_key=key,
                    kind="test",
                    fate=fate.value,
                    due_at=NOW - timedelta(minutes=minutes),
                    created_at=NOW,
                )
            )
        session.add(
            Incoming(
                identity="i",
                recipient="results",
                came_by="smtp",
                received_at=NOW,
                enqueued_at=NOW,
                fate="shunted",
            )
        )

    found = visit()

    assert found["worker"][0][0] == "FAILURE"
    assert found["worker"][0][1].startswith("Messages due for more than 15 minutes: 1.")
    assert [said.partition(":")[0] for _, said in found["queue"]] == [
        "Messages that wait for a decision",
        "Mails that came in and could not be worked on",
    ]


def test_a_servers_own_line_breaks_do_not_break_the_line():
    assert (
        failure("mail out", "refused:\r\n 550\ttry\nagain", "Mend it.")
        .line()
        .endswith("refused: 550 try again Mend it.")
    )


def test_live_reads_the_whole_sqlite_file_and_finds_damage(tmp_path, sqlite_url, monkeypatch):
    database = Database(sqlite_url)
    with database.transaction() as session:
        for n in range(300):
            an_organisation(session, f"Organisation {n}")
    database.close()
    with closing(sqlite3.connect(tmp_path / "results.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page,),) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'organisation'"
        )
    visit = Visit(tmp_path, sqlite_url, monkeypatch)
    found = visit(live=True)
    assert found["wholeness"][0][0] == "ok"
    assert "and 297 more" in found["organisations"][0][1]

    with (tmp_path / "results.db").open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xff" * 4096)
    found = visit(live=True)

    assert "damaged" in found["wholeness"][0][1]
    assert "malformed" in found["database"][1][1]
