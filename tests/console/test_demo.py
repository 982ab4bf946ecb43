"""`make demo` as a person starts it: served, explained, and ended by Ctrl-C."""

import json
import re
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.servers.demo import PLAYGROUND, Demo, sooner_or_later

LETTER = re.compile(r'data-letter="([^"]+)"')


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    made = Demo(tmp_path_factory.mktemp("demo") / "demo")
    made.explains()
    sooner_or_later(
        lambda: "announced in this channel" in made.gets(f"{PLAYGROUND}/?in=C0ADMISSIONS")[0]
    )
    yield made
    if made.process.poll() is None:
        made.process.kill()


def test_it_prints_its_addresses_and_three_things_to_try(demo):
    said = demo.explains()

    assert f"http://127.0.0.1:{demo.http}{PLAYGROUND}" in said
    assert f"http://127.0.0.1:{demo.http}/docs" in said
    assert re.findall(r"(?m)^  (\d)\. ", said) == ["1", "2", "3"]
    assert json.loads(demo.gets("/healthz")[0])


def test_the_people_are_linked_over_the_wire(demo):
    home = _home_of_ann(demo, "2 of them linked to Slack")

    assert "12 new results can be downloaded." in home
    assert "Your code for Slack" in home


def _home_of_ann(demo, words):
    return sooner_or_later(
        lambda: words in (found := demo.gets(f"{PLAYGROUND}/?as=ann")[0]) and found
    )


def test_what_is_typed_is_answered_to_whoever_typed_it_alone(demo):
    page = demo.posts("/say?as=bo&in=C0ADMISSIONS", {"text": "/verify 17GB000595ZOLJY03G"})

    assert "No match" in page
    assert "No match" not in demo.gets(f"{PLAYGROUND}/?as=ann&in=C0ADMISSIONS")[0]


def test_doctor_has_nothing_to_say_against_it_but_that_it_is_a_demo(demo):
    done = subprocess.run(
        [sys.executable, "-m", "console.main", "doctor", "--json"],
        cwd=demo.folder,
        env=demo.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    checks = json.loads(done.stdout)["checks"]
    told = [one["message"] for one in checks if one["standing"] in {"warning", "failure"}]
    assert [words for words in told if "is demo" not in words and "PUBLIC_URL" not in words] == []
    assert "It can seal." in [one["message"] for one in checks]


def test_nothing_in_a_letter_can_run_or_fetch(demo):
    page, headers = demo.gets(f"{PLAYGROUND}/?as=ann")
    assert "script-src 'self'" in headers["Content-Security-Policy"]

    _, headers = demo.gets(f"{PLAYGROUND}/letter/ann/{LETTER.search(page)[1]}")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-same-origin; default-src 'none'")
    assert "allow-scripts" not in policy


@pytest.mark.parametrize("path", ["/letter/ann/none", "/letter/none/none", "/file/F0", "/nowhere"])
def test_what_is_not_there_is_404(demo, path):
    with pytest.raises(HTTPError, match="404"):
        demo.gets(f"{PLAYGROUND}{path}")


def test_a_page_elsewhere_cannot_press_its_buttons(demo):
    with pytest.raises(HTTPError, match="403"):
        demo.posts("/world/tomorrow", {}, **{"Sec-Fetch-Site": "cross-site"})


def test_pages_are_told_when_something_happens(demo):
    url = f"http://127.0.0.1:{demo.http}{PLAYGROUND}/events"
    with urlopen(url, timeout=30) as events:
        assert events.readline() == b"retry: 1000\n"
        demo.posts("/say?as=bo&in=C0ADMISSIONS", {"text": "Hello"})
        assert sooner_or_later(lambda: events.readline() == b"data: changed\n")


def test_a_second_one_says_what_is_in_its_way(demo):
    second = subprocess.run(
        demo.words, env=demo.environment, capture_output=True, text=True, check=False
    )

    assert second.returncode
    assert f"127.0.0.1:{demo.http} is taken" in second.stderr
    assert "RESULTS_HTTP_PORT" in second.stderr


def test_ctrl_c_ends_it_and_a_second_run_is_quick(demo):
    _end(demo)
    began = time.monotonic()
    again = Demo(demo.folder)
    again.explains()
    took = time.monotonic() - began
    home = again.gets(f"{PLAYGROUND}/?as=ann")[0]
    _end(again)

    assert "Setting up" not in again.said.read_text()
    assert "Ann Bell" in home
    assert took < 60


def _end(demo):
    demo.end()
    with pytest.raises(OSError, match="refused"):
        demo.gets("/healthz")
