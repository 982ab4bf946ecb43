"""The stand-in is as strict as Slack, or walks over it prove nothing."""

import json
import time

import aiohttp
import pytest

from playground.slack import Fault, SlackStandIn

TEXT = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello."}}


@pytest.fixture
def slack():
    stand_in = SlackStandIn()
    stand_in.add_bot_token("xoxb-1")
    stand_in.workspace.app_tokens.add("xapp-1")
    stand_in.workspace.add_member("U1", "Ann", "ann@uni.example")
    stand_in.workspace.add_channel("C1", "admissions", "U1", "U0BOT")
    stand_in.workspace.add_channel("C2", "elsewhere", "U1")
    stand_in.workspace.add_channel("C3", "old", "U1", "U0BOT", is_archived=True)
    stand_in.start()
    yield stand_in
    stand_in.stop()


def call(slack, method, token="xoxb-1", **arguments):
    async def post():
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            aiohttp.ClientSession() as client,
            client.post(slack.api_url + method, json=arguments, headers=headers) as response,
        ):
            return response, await response.json()

    response, document = slack.wait(post())
    return document | {"http": response.status, "retry": response.headers.get("Retry-After")}


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
def test_a_call_needs_a_token(slack, token, error):
    assert call(slack, "auth.test", token=token)["error"] == error


def test_a_call_needs_its_scope(slack):
    slack.add_bot_token("xoxb-2", "commands")

    answer = call(slack, "chat.postMessage", token="xoxb-2", channel="C1", text="x")

    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C2", "not_in_channel"), ("C3", "is_archived"), ("C9", "channel_not_found")],
)
def test_the_bot_posts_only_where_it_is(slack, channel, error):
    assert call(slack, "chat.postMessage", channel=channel, text="x")["error"] == error


def test_a_channel_takes_one_post_a_second(slack):
    assert call(slack, "chat.postMessage", channel="C1", text="x")["ok"]
    second = call(slack, "chat.postMessage", channel="C1", text="y")
    assert (second["http"], second["retry"], second["error"]) == (429, "1", "ratelimited")
    assert call(slack, "chat.postMessage", channel="U1", text="another place")["ok"]
    slack.workspace.skew += 1
    assert call(slack, "chat.postMessage", channel="C1", text="y")["ok"]


@pytest.mark.parametrize(
    "blocks",
    [
        [TEXT] * 51,
        [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [TEXT | {"block_id": "a"}, TEXT | {"block_id": "a"}],
        [{"type": "section", "fields": [TEXT["text"]] * 11}],
        [{"type": "invented"}],
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * 101}],
        [
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "a",
                        "text": {"type": "plain_text", "text": "x" * 76},
                    }
                ],
            }
        ],
    ],
)
def test_blocks_that_break_a_rule_are_refused(slack, blocks):
    answer = call(slack, "chat.postMessage", channel="C1", text="x", blocks=blocks)

    assert answer["error"] == "invalid_blocks"


def test_a_trigger_opens_one_view_within_three_seconds(slack):
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [TEXT]}
    trigger = slack.workspace.new_trigger()
    assert call(slack, "views.open", trigger_id=trigger, view=view)["ok"]
    assert call(slack, "views.open", trigger_id=trigger, view=view)["error"] == (
        "exchanged_trigger_id"
    )
    late = slack.workspace.new_trigger()
    slack.workspace.skew += 3.1
    assert call(slack, "views.open", trigger_id=late, view=view)["error"] == "expired_trigger_id"


def test_a_view_with_inputs_needs_a_submit_and_an_old_hash_is_refused(slack):
    title = {"type": "plain_text", "text": "T"}
    entry = {"type": "plain_text_input", "action_id": "value"}
    asking = {"type": "input", "label": title, "element": entry}
    view = {"type": "modal", "title": title, "blocks": [asking]}
    trigger = slack.workspace.new_trigger()
    refused = call(slack, "views.open", trigger_id=trigger, view=view)
    assert refused["error"] == "invalid_blocks"

    trigger = slack.workspace.new_trigger()
    shown = call(slack, "views.open", trigger_id=trigger, view=view | {"submit": title})["view"]
    again = {"view_id": shown["id"], "view": view | {"submit": title}}
    assert call(slack, "views.update", **again, hash=shown["hash"])["ok"]
    assert call(slack, "views.update", **again, hash=shown["hash"])["error"] == "hash_conflict"


def test_a_response_url_takes_five_answers_in_half_an_hour_for_one_person_by_default(slack):
    slack.app_url = "http://127.0.0.1:1"
    slack.slash("U1", "/verify", channel="C1")
    hook = next(iter(slack.workspace.response_urls))

    async def answer():
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"{slack.url}/hooks/{hook}", json={"text": "x"}) as response,
        ):
            return response.status

    assert [slack.wait(answer()) for _ in range(6)] == [200] * 5 + [404]
    assert {one.only_for for one in slack.workspace.said} == {"U1"}
    slack.workspace.response_urls[hook].uses = 0
    slack.workspace.skew += 1801
    assert slack.wait(answer()) == 404


def test_a_file_is_shared_once_however_often_it_is_completed(slack):
    asked = call(slack, "files.getUploadURLExternal", filename="a.csv", length=3)

    async def upload(data):
        async with (
            aiohttp.ClientSession() as client,
            client.post(asked["upload_url"], data=data) as response,
        ):
            return response.status

    done = {"files": [{"id": asked["file_id"]}], "channel_id": "C1"}
    assert call(slack, "files.completeUploadExternal", **done)["error"] == "file_not_found"
    assert slack.wait(upload(b"four")) == 400
    assert slack.wait(upload(b"abc")) == 200
    assert call(slack, "files.completeUploadExternal", **done)["ok"]
    assert call(slack, "files.completeUploadExternal", **done)["ok"]
    assert len(slack.workspace.said) == 1


def test_faults_are_used_up(slack):
    slack.faults = [
        Fault("auth.test", status=500),
        Fault("auth.test", status=429, error="ratelimited", retry_after=30),
        Fault("auth.test", error="account_inactive"),
    ]
    assert call(slack, "auth.test")["http"] == 500
    assert call(slack, "auth.test")["retry"] == "30"
    assert call(slack, "auth.test")["error"] == "account_inactive"
    assert call(slack, "auth.test")["ok"]


def test_a_lost_answer_does_what_was_asked(slack):
    slack.faults = [Fault("chat.postMessage", lost=True)]
    with pytest.raises(aiohttp.ClientError):
        call(slack, "chat.postMessage", channel="C1", text="x")

    assert len(slack.workspace.said) == 1


def test_a_socket_gets_hello_envelopes_and_a_refresh(slack):
    url = call(slack, "apps.connections.open", token="xapp-1")["url"]
    heard = []

    async def listen(client):
        async with client.ws_connect(url) as socket:
            async for message in socket:
                document = json.loads(message.data)
                heard.append(document)
                if "envelope_id" in document:
                    answer = {"envelope_id": document["envelope_id"], "payload": {"text": "hi"}}
                    await socket.send_json(answer)

    async def run():
        import asyncio

        async with aiohttp.ClientSession() as client:
            listening = asyncio.ensure_future(listen(client))
            while not slack.sockets.open:  # noqa: ASYNC110  a server in another thread
                await asyncio.sleep(0.01)
            answer = await slack.sockets.send("slash_commands", {"text": "x"}, within=3)
            await slack.sockets.refresh()
            await listening
            return answer

    assert slack.wait(run()) == {"text": "hi"}
    assert [one["type"] for one in heard] == ["hello", "slash_commands", "disconnect"]
    assert call(slack, "apps.connections.open", token="xapp-wrong")["error"] == "invalid_auth"


def test_an_event_that_is_not_acknowledged_is_sent_again(slack):
    slack.app_url = "http://127.0.0.1:1"
    slack.retry_delays = (0.0, 0.0, 0.0)
    began = time.monotonic()

    assert [one.status for one in slack.event({"type": "app_home_opened"})] == [0] * 4
    assert time.monotonic() - began < 3
