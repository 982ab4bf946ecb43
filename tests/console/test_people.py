import json

import pytest

from tests.walks.terminal import Terminal

HEADER = "trfNumber,testDate,familyName,firstName,dateOfBirth,candidateEmail\r\n"
NUMBER = "25GB000595ZOLJS03G"


@pytest.fixture
def terminal(tmp_path, database_url):
    terminal = Terminal(tmp_path, database_url)
    terminal.type("org", "add", "Exeter", "--account-name", "E", "--address", "A")
    (tmp_path / "r.csv").write_text(
        f"{HEADER}{NUMBER},2025-07-28,ZOLA,JANE,1982-05-02,j@x.example\r\n"
    )
    terminal.type("ingest", "r.csv", "--org", "Exeter")
    return terminal


def test_a_candidate_is_found_exported_and_erased_at_the_terminal(terminal):
    (found,) = terminal.json("person", "find", "--name", "zola", "--born", "1982-05-02")["found"]
    assert found["recipients"] == ["Exeter"]
    assert "ZOLA" not in terminal.type("person", "find", NUMBER).stdout

    terminal.type("person", "export", NUMBER, "--out", "jane.json")
    path = terminal.folder / "jane.json"
    (record,) = json.loads(path.read_text(encoding="utf-8"))["records"]
    assert record["record"]["familyName"] == "ZOLA"
    assert path.stat().st_mode & 0o077 == 0

    refused = terminal.type("person", "erase", NUMBER, exits=2)
    assert "--yes" in refused.stderr
    (erased,) = terminal.json("person", "erase", NUMBER, "--yes", "--reference", "7")["erased"]
    assert (erased["records"], erased["recipients"]) == (1, ["Exeter"])
    terminal.type("person", "export", NUMBER, exits=4)


def test_a_birth_that_is_no_day_is_a_usage_mistake(terminal):
    terminal.type("person", "find", "--name", "Zola", "--born", "2/5/82", exits=2)
    terminal.type("person", "find", exits=2)
