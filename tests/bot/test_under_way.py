"""A file that is large tells how far it is, and arrives once whatever becomes of that."""

from datetime import timedelta

import pytest

from bot import under_way, uploads
from core.terms import Fate
from playground.slack import Fault
from tests.bot.world import ANN, words, world
from tests.intake.shapes import record


@pytest.fixture
def ann(sqlite_url, monkeypatch):
    monkeypatch.setattr(uploads, "LARGE", 1000)
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        made.arrive(*(record(n) for n in range(1, 201)))
        made.types(ANN, "/download")
        made.slack.workspace.said.clear()
        yield made


def progress(desk):
    return [one for one in desk.slack.workspace.calls if one.method == "chat.update"]


def test_one_message_tells_how_far_it_is_and_that_it_is_there(ann, monkeypatch):
    monkeypatch.setattr(under_way, "UPDATE_SECONDS", 0.0)

    ann.send()

    note, file = ann.seen(ANN, more_than=1)
    assert words(note).startswith("The file is here.")
    assert file.files
    told = [one.arguments["text"] for one in progress(ann)]
    assert any("on its way: " in one and "0 %" not in one[-5:] for one in told)
    assert [Fate(row.fate) for row in ann.owed()] == [Fate.SENT]


def test_a_small_one_says_nothing_more(ann, monkeypatch):
    monkeypatch.setattr(uploads, "LARGE", 1 << 30)

    ann.send()

    (file,) = ann.seen(ANN)
    assert file.files


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_what_goes_wrong_with_the_telling_does_not_harm_the_file(ann, method):
    ann.slack.faults = [Fault(method, 99, status=500)]

    ann.send()

    assert [one.files for one in ann.slack.workspace.said if one.files]
    assert [Fate(row.fate) for row in ann.owed()] == [Fate.SENT]


def test_a_file_that_could_not_be_sent_says_so_and_comes_later_once(ann):
    ann.slack.faults = [Fault("upload", status=503)]
    ann.send()
    (note,) = ann.seen(ANN)
    assert "It is tried again by itself." in words(note)
    ann.slack.workspace.skew += 5

    ann.now[0] += timedelta(minutes=2)
    ann.send()

    assert len([one for one in ann.slack.workspace.said if one.files]) == 1
