import json

import pytest

from tests.walks.terminal import Terminal


@pytest.fixture
def terminal(tmp_path, sqlite_url):
    return Terminal(tmp_path, sqlite_url)


def test_before_init_every_command_says_what_to_do_and_makes_no_file(tmp_path):
    terminal = Terminal(tmp_path, f"sqlite:///{tmp_path}/sub/results.db")

    refused = terminal.type("org", "list", exits=2)

    assert "results-bot init" in refused.stderr
    assert not (tmp_path / "sub").exists()
    terminal.type("init")
    assert "no organisations yet" in terminal.type("org", "list").stdout


def test_a_database_that_cannot_be_reached_is_said_so_without_a_traceback(tmp_path):
    terminal = Terminal(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none")

    refused = terminal.type("org", "list", exits=7)

    assert "RESULTS_DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_wrong_setting_is_named(terminal):
    terminal.now = "yesterday"

    assert "RESULTS_NOW" in terminal.type("org", "list", exits=2).stderr


def test_usage_mistakes_exit_with_2_and_say_which_option(terminal):
    assert "--org" in terminal.type("ingest", "x.csv", exits=2).stderr


def test_a_file_that_is_not_there_is_not_found(terminal):
    terminal.type("org", "add", "Exeter", "--account-name", "E", "--address", "A")

    assert "no file" in terminal.type("ingest", "x.csv", "--org", "Exeter", exits=4).stderr


def test_a_download_to_a_missing_folder_takes_nothing(terminal):
    terminal.type("org", "add", "Exeter", "--account-name", "E", "--address", "A")
    terminal.type(
        "admin", "add", "Exeter", "--first", "A", "--family", "B", "--email", "ann@uni.example"
    )
    terminal.type("sample", "--records", "3", "--out", "s.csv")
    terminal.type("ingest", "s.csv", "--org", "Exeter")

    terminal.type("run", "--as", "ann@uni.example", "download", "--out", "nowhere", exits=2)

    assert terminal.run("results")["new"] == 3


def test_purge_prints_what_it_deleted(terminal):
    assert json.loads(terminal.type("purge", "--json").stdout)["purged"]["results"] == 0


def test_a_trail_is_written_to_a_file_since_a_day(terminal):
    terminal.type("org", "add", "Exeter", "--account-name", "E", "--address", "A")
    terminal.type("audit", "export", "Exeter", "--since", "2026-11-26", "--out", "t.csv")

    assert (terminal.folder / "t.csv").read_text().splitlines() == [
        "at,user,email,surface,action,subject,outcome,details"
    ]
    assert (
        "2026-11-25" in terminal.type("audit", "export", "Exeter", "--since", "x", exits=2).stderr
    )


def test_a_refusal_is_told_in_the_users_language_and_to_programs_in_one(terminal):
    terminal.type("org", "add", "Exeter", "--account-name", "E", "--address", "A")
    terminal.type(
        "admin", "add", "Exeter", "--first", "A", "--family", "B", "--email", "ann@uni.example"
    )
    line = "users remove zoe@uni.example"

    british = terminal.type("run", "--as", "ann@uni.example", line, exits=4)
    terminal.run("settings language=en-US")
    american = terminal.type("run", "--as", "ann@uni.example", line, exits=4)

    assert "your organisation" in british.stderr
    assert "your organization" in american.stderr
    assert "your organisation" in terminal.run(line, exits=4)["refusal"]["message"]
