"""A browser and the demo as a person starts it. `make test-browser` brings both."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

CHROMIUM = os.environ.get("CHROMIUM")
"""Where it is; without it these tests are not collected."""

collect_ignore_glob = [] if CHROMIUM else ["test_*.py"]

IN_THE_GUIDES_TIME = datetime(2018, 3, 5, 10, 12, tzinfo=UTC)
"""The guide's example number has a match, as its test is not three years old."""

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
"""So that it runs in containers, too; it sees nothing but the demo."""

PATIENCE = 20_000
"""Milliseconds: the machines of a CI are slow and shared."""

PICTURES = os.environ.get("PICTURES")
"""Where screenshots go, if any are wanted."""


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Where the demo's playground is, running until the tests are over."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "playground").mkdir()
    ahead = (IN_THE_GUIDES_TIME - datetime.now(UTC)).total_seconds()
    (folder / "playground" / "clock").write_text(f"{ahead}\n")
    http, smtp, slack = _free_ports(3)
    environment = os.environ | {
        "RESULTS_HTTP_PORT": str(http),
        "RESULTS_SMTP_LISTEN": f"127.0.0.1:{smtp}",
        "RESULTS_SLACK_API_URL": f"http://127.0.0.1:{slack}/api/",
    }
    words = [sys.executable, "-m", "console.demo", str(folder)]
    demo = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_until_served(demo, http)
        yield f"http://127.0.0.1:{http}/playground"
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(30)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as engines:
        browser = engines.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser):
    """A browser that has no other address than the demo's, and fails for what goes wrong in it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    wrong = []
    context.on("weberror", lambda one: wrong.append(str(one.error)))
    context.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
    yield context
    context.close()
    assert wrong == []


@pytest.fixture
def playground(context, address):
    from tests.browser.person import Person

    def play(name="ann", place="home"):
        return Person(context.new_page(), address, name, place)

    return play


@pytest.fixture
def picture():
    """Keeps what a page shows, for the documents, when it is asked for."""

    def take(person, name):
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            person.page.screenshot(path=Path(PICTURES) / f"{name}.png")

    return take


def _free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_until_served(demo, port):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert demo.poll() is None, "the demo ended"
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                assert json.load(answer)
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the demo never served")
