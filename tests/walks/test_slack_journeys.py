"""The matrix: everything that happens in Slack, over HTTP and over Socket Mode.

What an unavailable results API does is in test_slack_and_the_results_api.py.
"""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from core.terms import Fate
from playground.slack import Fault
from tests.bot.world import (
    ANN,
    BO,
    OPEN,
    SHARED,
    button,
    buttons,
    wait_for,
    words,
    world,
)
from tests.intake.shapes import number, record


@pytest.fixture(params=["http", "socket"])
def desk(request, sqlite_url):
    with world(sqlite_url, request.param) as made:
        made.link(ANN)
        yield made


def later(desk, **delta):
    desk.now[0] += timedelta(**delta)


def test_a_day_at_the_desk(desk):
    """The channel is chosen, results come, each gets the file, one is verified and then changes."""
    desk.link(BO)
    desk.types(ANN, "/ielts", "channel here")
    assert desk.slack.workspace.seen_by(BO), "everybody in the channel reads the greeting"
    desk.arrive(record(1), record(2))
    desk.send()
    (news,) = [one for one in desk.seen(BO) if "2 new results have arrived." in one.text]
    assert news.only_for is None
    assert "Zola" not in words(news)

    desk.clicks(BO, news, "Download now")
    desk.clicks(ANN, news, "Download now")
    desk.send()
    assert {one.shared_in[0] for one in desk.slack.workspace.files.values()} == {"D0ANN", "D0BO"}

    card = desk.types(BO, "/verify", f'{number(1)} name="Jané Zola" overall=9')
    assert "Overall: MISMATCH" in words(card)
    watching = desk.clicks(BO, card, "Watch")
    assert "You watch" in words(watching)
    later(desk, days=1)
    desk.arrive(record(1, overallBandScore="5.5"))
    desk.send()
    changed = [one for one in desk.seen(BO) if one.thread_ts == news.ts]
    assert ["1 earlier result has changed." in words(one) for one in changed] == [True]
    told = [one for one in desk.seen(BO) if "that you relied on" in one.text]
    assert "Overall Band Score: ~8~ → *5.5*" in words(told[0])
    assert "It is in your downloads" in words(told[0])


@pytest.mark.parametrize("n", [0, 1, 300])
def test_results_none_one_and_hundreds(desk, n):
    if n:
        desk.arrive(*(record(i) for i in range(1, n + 1)))

    summary = desk.types(ANN, "/results")
    ready = desk.types(ANN, "/download", "xml")

    if not n:
        assert "There are no new results." in words(summary)
        assert "There are no new results to download." in words(ready)
        assert desk.owed() == []
        return
    assert f"{n} new result" in words(summary)
    assert f"Download 1: {n} record" in words(ready)
    desk.send()
    (file,) = desk.slack.workspace.files.values()
    assert file.data.decode().count("<trfNumber>") == n


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({}, "Match found."),
        ({"testDate": "2024-11-01"}, "over two years old"),
        ({"testDate": "2023-11-01"}, "No match found."),
        (None, "No match found."),
    ],
    ids=["match", "old", "too old", "no match"],
)
def test_what_a_look_up_finds(desk, found, says):
    if found is not None:
        desk.arrive(record(1, **found))

    assert says in words(desk.types(ANN, "/verify", number(1)))


@pytest.mark.parametrize("typed", ["", "12345678901234567890123", "2½GB000595ZOLJS03G", "a b c"])
def test_what_is_no_number(desk, typed):
    refused = desk.types(ANN, "/verify", typed)

    assert refused.only_for == ANN
    assert "Match" not in refused.text


def test_a_template_is_created_edited_reordered_and_refused(desk):
    create = 'templates create "Short" format=csv dates=dd/mm/yyyy fields=trfNumber,town'
    assert "Template created." in words(desk.types(ANN, "/ielts", create))
    assert "already" in words(desk.types(ANN, "/ielts", create))
    assert "town, trfNumber" in words(desk.types(ANN, "/ielts", "templates move Short town up"))
    edited = desk.types(ANN, "/ielts", "templates edit Short fields=postalAddress,addressLine1")
    assert "NOT both" in words(edited)
    shown = desk.clicks(ANN, desk.types(ANN, "/templates"), "Show")
    assert "is deleted" in words(desk.clicks(ANN, shown, "Delete"))


def test_an_earlier_download_is_fetched_again_and_a_double_click_sends_one_file(desk):
    desk.arrive(record(1))
    desk.types(ANN, "/download")
    desk.send()
    history = desk.types(ANN, "/history")

    before = len(desk.seen(ANN))
    for _ in range(2):
        desk.slack.click(ANN, history, button(history, "Download again"))
    desk.seen(ANN, more_than=before)
    desk.send()

    assert len(desk.slack.workspace.files) == 2
    contents = {file.data for file in desk.slack.workspace.files.values()}
    assert len(contents) == 1


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("U0GUEST", "Guests"),
        ("U0GONE", "deactivated"),
        ("U0ROBOT", "Bots"),
        ("U0NOBODY", "another one"),
        ("U0LEEDS", "not served here"),
        (BO, "not linked"),
    ],
)
def test_whoever_may_not_is_told_why_and_nothing_is_done(desk, user, why):
    desk.arrive(record(1))
    for command in ("/verify", "/download"):
        desk.slack.slash(user, command, number(1) if command == "/verify" else "")
    answers = desk.seen(user, more_than=1)

    assert all(why in words(one) for one in answers)
    assert desk.owed() == []
    assert "Zola" not in json.dumps([one.blocks for one in answers])


def test_a_channel_shared_with_another_organisation(desk):
    assert "shared with another organisation" in words(
        desk.types(ANN, "/verify", number(1), SHARED)
    )


def test_an_event_that_slack_repeats_acts_once(desk):
    message = {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN}
    for _ in range(4):
        desk.slack.event(message | {"text": "results"}, event_id="Ev1")
    desk.slack.event(message | {"text": "results"}, event_id="Ev2")
    wait_for(lambda: len(desk.seen(ANN)) > 1)

    assert len(desk.seen(ANN)) == 2


def test_slack_in_trouble_for_half_a_minute_loses_nothing_and_doubles_nothing(desk):
    desk.arrive(record(1))
    desk.types(ANN, "/download")
    desk.types(ANN, "/ielts", "channel here")
    desk.arrive(record(2))
    before = len(desk.slack.workspace.said)
    desk.slack.faults = [
        Fault(method, 50, status=status, error="ratelimited", retry_after=30)
        for method in ("chat.postMessage", "files.completeUploadExternal", "conversations.open")
        for status in (429, 503)
    ]
    desk.send()
    assert len(desk.slack.workspace.said) == before
    desk.slack.faults = []

    for _ in range(3):
        later(desk, minutes=2)
        desk.send()

    kinds = [one.via for one in desk.slack.workspace.said[before:]]
    assert sorted(kinds) == ["chat.postMessage", "files.completeUploadExternal"]
    assert {Fate(row.fate) for row in desk.owed()} == {Fate.SENT}


def test_an_answer_is_tried_again_while_its_address_is_in_trouble(desk, monkeypatch):
    monkeypatch.setattr("bot.telling.PAUSES", (0.1, 0.1, 0.1))
    summary = desk.types(ANN, "/results")
    desk.slack.faults = [Fault("response_url", 2, status=503)]

    desk.slack.click(ANN, summary, {"type": "button", "action_id": "run:help", "value": "help"})

    assert "/verify" in words(desk.seen(ANN, more_than=1)[-1])


def test_a_token_that_was_taken_back(desk):
    desk.arrive(record(1))
    desk.types(ANN, "/download")
    desk.slack.workspace.grants.clear()

    desk.send()

    (row,) = desk.owed()
    assert Fate(row.fate) is Fate.DEAD
    assert "token" in row.last_error


def test_socket_mode_goes_on_after_refreshes_and_breaks(desk):
    if desk.over == "http":
        pytest.skip("HTTP has no connection to lose")
    for end in (desk.slack.sockets.refresh, desk.slack.sockets.drop):
        before = set(desk.slack.sockets.open)
        desk.slack.wait(end())
        wait_for(lambda before=before: set(desk.slack.sockets.open) - before, 20)
        assert desk.types(ANN, "/verify", number(1)).text == "No match found."


def test_home_and_a_form_over_both(desk):
    desk.slack.event({"type": "app_home_opened", "tab": "home", "user": ANN})
    home = desk.home(ANN)
    view = desk.opens(ANN, home, "Verify a Test Report Form")

    entry = {"numbers": {"type": "plain_text_input", "value": number(1)}}
    assert desk.slack.submit(ANN, view, entry).acknowledged

    wait_for(lambda: "No match" in json.dumps(desk.slack.workspace.views[view["id"]]))
    assert "Report a suspect form" in buttons(desk.slack.workspace.views[view["id"]])


def test_two_databases_agree(postgres_url):
    """The same journey on PostgreSQL."""
    with world(postgres_url, "http") as desk:
        desk.link(ANN)
        test_a_day_at_the_desk(desk)
        assert OPEN in {one.channel for one in desk.slack.workspace.said}
        with desk.database.reading() as session:
            from core.tables import SlackClaim

            assert session.exec(select(SlackClaim)).all()
