"""An admissions office's first day, from an empty folder, typed at a terminal."""

import csv
import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from cryptography.fernet import Fernet

from tests.walks.terminal import Terminal

HEADER = (
    "trfNumber,centreNumber,candidateNumber,testDate,Module,familyName,firstName,dateOfBirth,"
    "gender,listeningScore,readingScore,writingScore,speakingScore,overallBandScore\r\n"
)
JANE = (
    "25GB000595ZOLJS03G,GBS03,000595,2025-07-28,General Training,ZOLA,JANE,1982-05-02,F,"
    "8.5,8,7.5,7.5,8"
)
OLD = "23GB000596ZOLJS03G,GBS03,000596,2023-11-25,Academic,ZOLA,JOHN,1982-05-03,M,6,6,6,6,6"
TOO_OLD = "23GB000597ZOLJS03A,GBS03,000597,2023-11-24,Academic,ZOLA,JILL,1982-05-04,F,6,6,6,6,6"
RETAKE = (
    "25GB000777ZOLJS03G,GBS03,000777,2025-07-28,General Training,ZOLA,JANE,1982-05-02,F,"
    "8.5,8,7.5,8.5,8.5"
)
BAD = "25GB000598ZOLJS03A,GBS03,000598,2025-07-28,Academic,ZOLA,JO,1982-05-05,F,9.5,6,6,6,6"


@pytest.fixture
def terminal(tmp_path, empty_database_url):
    terminal = Terminal(tmp_path, empty_database_url)
    terminal.type("init")
    terminal.type("init")
    terminal.type(
        "org", "add", "Exeter", "--account-name", "University of Exeter", "--address", "A|B"
    )
    terminal.type(
        "admin", "add", "Exeter", "--first", "Ann", "--family", "Bell", "--email", "ann@uni.example"
    )
    return terminal


def load(terminal, *rows, name="results.csv", more=()):
    path = terminal.folder / name
    path.write_text(HEADER + "".join(f"{row}\r\n" for row in rows), encoding="utf-8", newline="")
    return terminal.json("ingest", name, "--org", "Exeter", *more)


def test_a_one_skill_retake_is_shown_beside_the_form_that_it_was_taken_for(terminal):
    load(terminal, JANE)
    assert load(terminal, RETAKE, name="later.csv")["new"] == 1

    found = terminal.run("verify 25GB000595ZOLJS03G")
    assert found["result"]["speakingScore"] == "7.5"
    assert found["one_skill_retakes"] == [{"trf_number": "25GB000777ZOLJS03G", "skill": "speaking"}]
    shown = terminal.type("run", "--as", "ann@uni.example", "verify 25GB000777ZOLJS03G").stdout
    assert "One Skill Retake: 25GB000595ZOLJS03G is another form" in shown
    assert "Speaking 7.5 instead of 8.5" in shown


def test_results_are_loaded_verified_downloaded_and_fetched_again(terminal):
    first = load(terminal, JANE, OLD, BAD)
    assert {key: first[key] for key in ("new", "changed", "rejected", "delivered")} == {
        "new": 2,
        "changed": 0,
        "rejected": 1,
        "delivered": 2,
    }
    with (terminal.folder / "results.rejects.csv").open(encoding="utf-8", newline="") as file:
        (reject,) = csv.DictReader(file)
    assert reject["line"] == "4"
    assert "listeningScore" in reject["problem"]
    assert load(terminal, JANE, OLD)["unchanged"] == 2

    found = terminal.run("verify `25gb000595-zoljs03g`")
    assert found["outcome"] == "match"
    assert found["result"]["candidateNumber"] == "000595"
    assert found["result"]["testDate"] == "2025-07-28"
    assert found["result"]["overallBandScore"] == "8"

    ready = terminal.run("download")
    assert ready["download"]["records"] == 2
    written = (terminal.folder / ready["path"]).read_bytes()
    assert written.startswith(b"candidateNumber,firstName,")
    assert b"000595" in written
    assert terminal.run("results")["new"] == 0
    assert "path" not in terminal.run("download")

    again = terminal.run("redownload 1")
    assert (terminal.folder / again["path"]).read_bytes() == written
    as_xml = terminal.run("redownload 1 xml")
    root = ET.fromstring((terminal.folder / as_xml["path"]).read_bytes())
    assert [one.findtext("trfNumber") for one in root] == [
        "25GB000595ZOLJS03G",
        "23GB000596ZOLJS03G",
    ]


def test_the_age_of_a_test_decides_and_claims_are_compared(terminal):
    load(terminal, JANE, OLD, TOO_OLD)

    old = terminal.run("verify 23GB000596ZOLJS03G")
    assert old["outcome"] == "match"
    assert "IELTS does not recommend accepting scores over two years old." in old["warnings"][0]
    gone = terminal.run("verify 23GB000597ZOLJS03A")
    assert (gone["outcome"], gone["result"]) == ("no_match", None)
    assert gone["message"].startswith("No match found.\nPlease try again, paying particular")

    claimed = terminal.run(
        "verify 25GB000595ZOLJS03G name=“Zola Jané” dob=02/05/1982 overall=8.5 module=general"
    )
    assert claimed["comparison"] == {
        "name": "match",
        "dob": "ambiguous",
        "overall": "mismatch",
        "module": "match",
    }
    several = terminal.run("verify 25GB000595ZOLJS03G 25GB000599ZOLJS03G")
    assert [one["outcome"] for one in several["verifications"]] == ["match", "no_match"]


def test_a_corrected_score_is_kept_and_a_re_download_says_so(terminal):
    load(terminal, JANE)
    terminal.run("download")
    terminal.now = "2026-11-26T09:00:00Z"
    assert load(terminal, JANE.removesuffix("8") + "8.5")["changed"] == 1

    again = terminal.run("redownload 1 json")

    assert "25GB000595ZOLJS03G" in again["warnings"][0]
    (record,) = json.loads((terminal.folder / again["path"]).read_bytes())["results"]
    assert record["overallBandScore"] == "8.5"


def test_templates_shape_the_file(terminal):
    load(terminal, JANE)
    terminal.run(
        'templates create "Mine" format=json dates=mm/dd/yy fields=overallBandScore,trfNumber,'
        "testDate,downloadDate default=yes"
    )
    terminal.run('templates move "mine" trfNumber first')

    ready = terminal.run("download")

    assert ready["download"]["template"] == "Mine"
    assert json.loads((terminal.folder / ready["path"]).read_bytes()) == {
        "results": [
            {
                "trfNumber": "25GB000595ZOLJS03G",
                "overallBandScore": "8",
                "testDate": "07/28/25",
                "downloadDate": "11/25/26",
            }
        ]
    }


def test_users_come_and_go(terminal):
    terminal.run("users add Bo Li bo@uni.example")
    terminal.run("results", email="bo@uni.example")
    assert terminal.run("users", email="bo@uni.example", exits=3)["refusal"]["code"]
    terminal.run("users remove bo@uni.example")
    terminal.run("results", email="bo@uni.example", exits=3)

    trail = terminal.type("audit", "export", "Exeter", "--format", "jsonl").stdout
    actions = [json.loads(line)["action"] for line in trail.splitlines()]
    assert "user:added" in actions
    assert "user:removed" in actions


@pytest.mark.parametrize(
    ("line", "exits"),
    [
        ("verfy X", 2),
        ("verify 1234567890123456789012", 2),
        ("redownload 99", 4),
        ("templates delete nothing", 4),
        ("users remove ann@uni.example", 5),
        ("users add Ann Bell ann@uni.example", 5),
        ("report 25GB000595ZOLJS03G", 2),
    ],
)
def test_a_refusal_is_one_document_and_a_sentence_with_its_exit_code(terminal, line, exits):
    done = terminal.type("run", "--as", "ann@uni.example", line, "--json", exits=exits)

    refusal = json.loads(done.stdout)["refusal"]
    assert done.stderr.strip() == refusal["message"].strip()


def test_strict_refuses_the_whole_file_and_changes_nothing(terminal):
    path = terminal.folder / "results.csv"
    path.write_text(HEADER + f"{JANE}\r\n{BAD}\r\n", encoding="utf-8", newline="")

    refused = terminal.json("ingest", "results.csv", "--org", "Exeter", "--strict", exits=2)

    assert "line 3" in refused["refusal"]["message"]
    assert terminal.run("verify 25GB000595ZOLJS03G")["outcome"] == "no_match"
    assert not list(terminal.folder.glob("*rejects*"))


def test_a_report_with_a_copy_opens_an_enquiry(terminal):
    (terminal.folder / "form.pdf").write_bytes(b"%PDF-1.7 a copy")

    opened = terminal.json(
        "run", "--as", "ann@uni.example", "report 25GB000595ZOLJS03G", "--attach", "form.pdf"
    )

    assert opened["enquiry"]["copies"] == 1


def test_too_many_look_ups_are_refused_and_the_refusal_is_in_the_trail(terminal):
    numbers = " ".join(f"25GB{n:06d}ZOLJS03G" for n in range(2001))
    terminal.run(f"verify {numbers}", exits=6)

    trail = terminal.type("audit", "export", "Exeter").stdout
    assert "verification:limit" in trail


def test_a_line_from_standard_input_leaves_no_passphrase_in_the_shells_history(terminal):
    key = Fernet.generate_key().decode()
    (terminal.folder / ".env").write_text(f"RESULTS_SECRET_KEY={key}\n")

    done = subprocess.run(
        [sys.executable, "-m", "console.main", "run", "--as", "ann@uni.example", "-", "--json"],
        cwd=terminal.folder,
        env=terminal.environment(),
        input='passphrase "correct horse battery staple"\n',
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout)["passphrase"] is True
    assert "horse" not in done.stdout + done.stderr
    assert terminal.run("attachments zip")["attachments"] == {"policy": "zip", "passphrase": True}
    assert "AES-256" in terminal.type("run", "--as", "ann@uni.example", "attachments").stdout
