"""The rest of the matrix: what people do less often, and what Slack does to us, over both."""

import json
from datetime import timedelta

import pytest

from core import digests
from playground.slack import Fault
from tests.bot.world import ANN, BO, blocks_of, wait_for, words, world
from tests.intake.shapes import number, record


@pytest.fixture(params=["http", "socket"])
def desk(request, sqlite_url):
    with world(sqlite_url, request.param) as made:
        made.link(ANN)
        yield made


def later(desk, **delta):
    desk.now[0] += timedelta(**delta)


def test_slack_that_fails_while_it_is_answered_is_asked_again(desk):
    """5xx, 429 and lost answers on every way that an answer takes."""
    message = {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN}
    for fault in (
        Fault("chat.postMessage", 1, status=503),
        Fault("chat.postMessage", 1, status=429, error="ratelimited", retry_after=1),
    ):
        before = len(desk.seen(ANN, more_than=-1))
        desk.slack.workspace.skew += 2
        desk.slack.faults = [fault]
        desk.slack.event(message | {"text": "results"})
        assert "no new results" in words(desk.seen(ANN, more_than=before)[-1])


@pytest.mark.parametrize(
    ("method", "way"),
    [("chat.postMessage", "line"), ("views.publish", "home"), ("views.update", "answer")],
)
def test_blocks_that_slack_refuses_are_sent_again_as_plain_sections(desk, method, way):
    desk.arrive(record(1))
    opened = {"type": "app_home_opened", "tab": "home", "user": ANN}
    if way != "home":
        desk.slack.event(opened)
        home = desk.home(ANN)
    desk.slack.faults = [Fault(method, 1, error="invalid_blocks")]

    if way == "line":
        message = {"type": "message", "channel_type": "im", "channel": "D0ANN", "user": ANN}
        desk.slack.event(message | {"text": f"verify {number(1)}"})
        shown = desk.seen(ANN)[-1]
    elif way == "home":
        desk.slack.event(opened)
        shown = desk.home(ANN)
    else:
        shown = desk.opens(ANN, home, "Download now")

    kinds = {block["type"] for block in blocks_of(shown)}
    assert kinds <= {"section", "actions"}
    assert words(shown)


def test_a_token_that_was_taken_back_is_said_to_whoever_types(desk):
    desk.slack.workspace.grants.clear()

    refused = desk.types(ANN, "/verify", number(1))

    assert "does not take the app's token any more" in words(refused)


def test_an_administrator_sees_who_is_linked_and_unlinks(desk):
    desk.link(BO)
    listed = desk.types(ANN, "/ielts", "links")
    assert "bo@uni.example" in words(listed)
    assert "administrator" in words(desk.types(BO, "/ielts", "links")).lower()
    unlink = next(
        block["accessory"] for block in listed.blocks if "bo@uni.example" in json.dumps(block)
    )

    before = len(desk.seen(ANN))
    desk.slack.click(ANN, listed, unlink)

    assert "no longer acts in Slack" in words(desk.seen(ANN, more_than=before)[-1])
    assert "not linked" in words(desk.types(BO, "/verify", number(1)))


def test_users_are_created_promoted_and_deleted_and_lose_every_right_at_once(desk):
    desk.link(BO)
    added = desk.types(ANN, "/users", "add Cy Day cy@uni.example role=administrator")
    assert "Cy Day is an Administrator now." in words(added)
    listed = desk.types(ANN, "/users")
    remove = next(
        block["accessory"] for block in listed.blocks if "bo@uni.example" in json.dumps(block)
    )
    assert remove["confirm"]

    before = len(desk.seen(ANN))
    desk.slack.click(ANN, listed, remove)
    desk.seen(ANN, more_than=before)

    assert "not linked" in words(desk.types(BO, "/download"))


def test_a_card_shows_what_the_guides_screen_shows_in_the_readers_language(desk):
    desk.arrive(record(1))
    british = words(desk.types(ANN, "/verify", number(1)))
    desk.types(ANN, "/ielts", "settings language=en-US")
    american = words(desk.types(ANN, "/verify", number(1)))

    for shown in (british, american):
        for label in ("Overall", "Listening", "Reading", "Writing", "Speaking", "Date of Birth"):
            assert label in shown
        assert "8.0" in shown
    assert "2 May 1982" in british
    assert "Centre" in british
    assert "May 2, 1982" in american
    assert "Center" in american


def test_a_claim_is_compared_from_the_cards_button(desk):
    desk.arrive(record(1))
    card = desk.types(ANN, "/verify", number(1))
    view = desk.opens(ANN, card, "Compare with a copy")
    entry = {"type": "plain_text_input"}

    values = {"numbers": entry | {"value": number(1)}, "overall": entry | {"value": "9"}}
    desk.slack.submit(ANN, view, values)

    wait_for(lambda: "MISMATCH" in words(desk.slack.workspace.views[view["id"]]))


def test_the_last_five_downloads_are_at_home_and_can_be_fetched_again(desk):
    for n in range(1, 7):
        desk.arrive(record(n))
        desk.types(ANN, "/download")
    desk.send()
    desk.slack.event({"type": "app_home_opened", "tab": "home", "user": ANN})
    home = desk.home(ANN)
    again = [one for one in json.dumps(home).split('"') if one.startswith("redownload ")]
    assert again == [f"redownload {n}" for n in (6, 5, 4, 3, 2)]

    answer = desk.opens(ANN, home, "Download again")

    assert "1 record" in words(answer)
    desk.send()
    assert len(desk.slack.workspace.files) == 7


def test_a_suspect_form_is_reported_with_its_copy(desk):
    card = desk.types(ANN, "/verify", number(1))
    view = desk.opens(ANN, card, "Report a suspect form")
    copy = desk.slack.uploads(ANN, "form.pdf", b"%PDF-1.7 a copy")
    typed = {"type": "plain_text_input", "value": number(1)}

    desk.slack.submit(
        ANN, view, {"number": typed, "copies": {"type": "file_input", "files": [copy]}}
    )

    wait_for(lambda: "Enquiry 1 about" in words(desk.slack.workspace.views[view["id"]]))


def test_a_list_that_is_dropped_and_numbers_in_a_message(desk):
    desk.arrive(record(1))
    desk.slack.drops(ANN, "list.csv", f"{number(1)}\n{number(2)}\n".encode())
    assert "*1* match · *1* no match" in words(desk.seen(ANN)[-1])
    desk.slack.message_shortcut(ANN, "verify-numbers", f"Please check {number(1)}.")
    assert "Match found." in words(desk.seen(ANN, more_than=1)[-1])
    desk.send()
    (file,) = [one for one in desk.slack.workspace.files.values() if one.shared_in]
    assert file.shared_in == ["D0ANN"]


def test_notices_and_digests_come_as_direct_messages_to_those_who_chose_them(desk):
    desk.types(ANN, "/notifications", "immediate slack=on")
    desk.link(BO)
    desk.types(BO, "/notifications", "daily slack=on mail=off")
    desk.arrive(record(1))
    desk.send()
    assert [one.text for one in desk.seen(ANN) if one.channel == "D0ANN"] == [
        "A new result has arrived."
    ]
    later(desk, days=1, minutes=1)
    digests.send_due(desk.database, now=desk.clock())
    desk.send()

    told = [one for one in desk.seen(BO) if one.channel == "D0BO" and one.files]
    assert [one.text for one in told] == ["1 new result has arrived."]
