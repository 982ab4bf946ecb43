"""The whole service as a process, with Slack's stand-in and mail in a folder."""

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.bot.world import ANN, OPEN, a_workspace, button, wait_for, words
from tests.intake.shapes import as_csv, number, record
from tests.walks.terminal import Terminal


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture(params=["http", "socket"])
def service(request, tmp_path, monkeypatch):
    """The stand-in, a terminal in the same folder, and `serve` running."""
    slack = a_workspace()
    port = free_port()
    more = {
        "RESULTS_SLACK_BOT_TOKEN": "xoxb-exeter",
        "RESULTS_SLACK_SIGNING_SECRET": slack.signing_secret,
        "RESULTS_SLACK_API_URL": slack.api_url,
        "RESULTS_HTTP_PORT": str(port),
        "RESULTS_SMTP_LISTEN": f"127.0.0.1:{free_port()}",
    }
    if request.param == "socket":
        more["RESULTS_SLACK_APP_TOKEN"] = "xapp-1"
    else:
        slack.app_url = f"http://127.0.0.1:{port}"
    url = f"sqlite:///{tmp_path / 'results.db'}"
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in more.items()))
    terminal = Terminal(tmp_path, url)
    terminal.type("init")
    terminal.type("org", "add", "Exeter", "--account-name", "University of Exeter", "--address=A")
    terminal.type(
        *("admin", "add", "Exeter", "--first", "Ann", "--family", "Bell"),
        *("--email", "ann@uni.example"),
    )
    environment = {key: one for key, one in os.environ.items() if "RESULTS_" not in key}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "console.main", "serve"],
            cwd=tmp_path,
            env=environment | {"RESULTS_DATABASE_URL": url},
            stdout=log,
            stderr=log,
        )
        try:
            ready = slack.sockets if request.param == "socket" else None
            wait_for(lambda: ready.open if ready else answers(port), 40)
            yield slack, terminal
        finally:
            process.send_signal(signal.SIGTERM)
            left = process.wait(40)
            slack.stop()
    assert left == 0, (tmp_path / "log").read_text()


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as response:
            return response.status == 200
    except OSError:
        return False


def types(slack, command, text=""):
    before = len(slack.workspace.seen_by(ANN))
    assert slack.slash(ANN, command, text).acknowledged
    wait_for(lambda: len(slack.workspace.seen_by(ANN)) > before)
    return slack.workspace.seen_by(ANN)[-1]


def code_in_mail(folder):
    """The code of the newest letter that has one."""
    for path in sorted((folder / "var/outbox").glob("*.eml"), key=os.path.getmtime, reverse=True):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        found = re.search(r"link ([2-9A-Z]{8})", text)
        if found:
            return found[1]
    return None


def test_from_an_empty_folder_to_a_file_in_slack(service):
    slack, terminal = service
    assert "not linked" in words(types(slack, "/verify", number(1)))
    types(slack, "/ielts", "link")
    wait_for(lambda: code_in_mail(terminal.folder), 20)
    assert "Ann Bell" in words(types(slack, "/ielts", f"link {code_in_mail(terminal.folder)}"))
    types(slack, "/ielts", "channel here")
    time.sleep(1)

    (terminal.folder / "new.csv").write_bytes(as_csv(record(1), record(2)))
    terminal.type("ingest", "new.csv", "--org", "Exeter")

    wait_for(lambda: any("2 new results" in one.text for one in slack.workspace.said), 20)
    (news,) = [one for one in slack.workspace.said if "2 new results" in one.text]
    assert (news.channel, news.only_for) == (OPEN, None)
    assert "Match found." in types(slack, "/verify", number(1)).text
    slack.click(ANN, news, button(news, "Download now"))
    wait_for(lambda: any(one.shared_in for one in slack.workspace.files.values()), 20)
    (file,) = slack.workspace.files.values()
    assert file.shared_in == ["D0ANN"]
    assert number(2) in file.data.decode()
