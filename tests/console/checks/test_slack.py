from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.manifest import SCOPES
from console.checks import slack
from console.opening import Desk
from core.heartbeats import real_now
from core.settings import Settings
from core.tables import SlackInstallation
from playground.slack import SlackStandIn
from tests.builders import NOW
from tests.servers.answers import AnswerServer

BOT = {"ok": True, "user": "results", "team": "Exeter"}


@pytest.fixture
def server():
    with AnswerServer() as server:
        server.answers = {
            "/api/auth.test": BOT,
            "/api/blocks.validate": {"ok": True},
            "/api/apps.connections.open": {"ok": True, "url": "wss://x"},
        }
        server.headers = {"x-oauth-scopes": ",".join(SCOPES)}
        yield server


def found(server, **settings):
    wanted = Settings(
        **{
            "slack_bot_token": "xoxb-1",
            "slack_app_token": "xapp-1",
            "slack_api_url": f"{server.url}/api/",
        }
        | settings
    )
    return {one.check: one for one in slack.live(wanted)}


def test_tokens_scopes_blocks_and_socket_are_asked_each_with_its_token(server):
    all_is_well = found(server)

    assert {name: one.standing.name for name, one in all_is_well.items()} == {
        "slack": "OK",
        "slack scopes": "OK",
        "slack blocks": "OK",
        "slack socket": "OK",
    }
    asked = {path: token for path, token, _ in server.asked}
    assert asked["/api/auth.test"] == "Bearer xoxb-1"
    assert asked["/api/apps.connections.open"] == "Bearer xapp-1"
    assert any("blocks=" in body for _, _, body in server.asked)


def test_a_token_that_is_dead_is_said_so_and_never_shown(server):
    server.answers["/api/auth.test"] = {"ok": False, "error": "token_revoked"}

    told = found(server)["slack"]

    assert told.standing.name == "FAILURE"
    assert "token_revoked" in told.said
    assert "xoxb-1" not in told.line()


def test_scopes_are_held_against_the_manifest(server):
    server.headers["x-oauth-scopes"] = ",".join({*SCOPES, "admin"} - {"files:write"})
    lacking = found(server)["slack scopes"]
    assert lacking.standing.name == "FAILURE"
    assert "files:write" in lacking.said
    assert "results-bot manifest" in lacking.remedy

    server.headers["x-oauth-scopes"] = ",".join({*SCOPES, "admin"})
    assert found(server)["slack scopes"].standing.name == "WARNING"


def test_blocks_that_slack_refuses_are_told_with_their_place(server):
    server.answers["/api/blocks.validate"] = {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [{"pointer": "/0/text", "message": "too long"}],
    }
    assert "/0/text too long" in found(server)["slack blocks"].said

    server.answers["/api/blocks.validate"] = {"ok": False, "error": "unknown_method"}
    assert found(server)["slack blocks"].standing.name == "OFF"


def test_a_clock_that_slack_does_not_share_is_a_failure(server):
    server.headers["Date"] = format_datetime(real_now() - timedelta(minutes=6), usegmt=True)

    assert found(server)["clock"].standing.name == "FAILURE"


def test_an_apps_token_without_its_scope_is_a_failure(server):
    server.answers["/api/apps.connections.open"] = {"ok": False, "error": "missing_scope"}

    assert "connections:write" in found(server)["slack socket"].remedy


def test_slack_that_cannot_be_reached_is_a_failure_that_says_so(server):
    told = found(server, slack_api_url="http://127.0.0.1:1/api/")

    assert told["slack"].standing.name == "FAILURE"
    assert "proxy" in told["slack"].remedy


def test_the_stand_in_passes_for_slack():
    stand_in = SlackStandIn()
    token = stand_in.add_bot_token()
    stand_in.start()
    try:
        told = [
            one
            for one in slack.live(
                Settings(
                    slack_bot_token=token, slack_app_token="xapp-1", slack_api_url=stand_in.api_url
                )
            )
            if one.check == "slack"
        ]
    finally:
        stand_in.stop()

    assert [one.standing.name for one in told] == ["OK"]


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"slack_bot_token": "xapp-1", "slack_app_token": "xapp-2"}, "RESULTS_SLACK_BOT_TOKEN"),
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xoxb-2"}, "RESULTS_SLACK_APP_TOKEN"),
        ({"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"}, "RESULTS_PUBLIC_URL"),
    ],
)
def test_tokens_that_were_confused_and_a_missing_address_are_seen_offline(settings, word):
    assert any(word in one.said for one in slack.settings(Settings(**settings)))


def test_a_workspace_that_took_the_app_out_is_told(database):
    with database.transaction() as session:
        session.add(
            SlackInstallation(team_id="T1", team_name="Exeter", installed_at=NOW, revoked_at=NOW)
        )
    desk = Desk(Settings(slack_bot_token="xoxb-1", slack_app_token="xapp-1"), database)

    told = list(slack.links(desk))

    assert "Exeter has taken the app out" in told[0].said
    assert "/ielts link" in told[1].said
