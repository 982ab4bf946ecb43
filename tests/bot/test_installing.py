"""Many workspaces: installed through a browser, tokens sealed, taken out again."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from core.tables import SlackInstallation
from playground.slack.server import SCOPES
from tests.bot.world import ANN, wait_for, words, world
from tests.intake.shapes import number

KEY = Fernet.generate_key().decode()


@pytest.fixture
def desk(sqlite_url):
    with world(
        sqlite_url,
        "http",
        slack_bot_token=None,
        slack_client_id="client",
        slack_client_secret="a-secret",
        secret_key=KEY,
    ) as made:
        made.slack.workspace.grants.clear()
        yield made


def leave(desk, client):
    """The state with which the browser comes back."""
    gone = client.get(f"{desk.slack.app_url}/slack/install")
    assert gone.status_code == 302
    asked = parse_qs(urlsplit(gone.headers["location"]).query)
    assert asked["scope"][0].split(",") == sorted(asked["scope"][0].split(","))
    cookie = gone.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Secure" in cookie
    client.headers["cookie"] = cookie.partition(";")[0]
    return asked["state"][0]


def come_back(desk, client, state, code="code1"):
    address = f"{desk.slack.app_url}/slack/oauth_redirect"
    return client.get(address, params={"code": code, "state": state})


def installed(desk, token="xoxb-new"):
    desk.slack.add_bot_token(token)
    desk.slack.workspace.install_codes["code1"] = (token, SCOPES)
    with httpx.Client() as client:
        return come_back(desk, client, leave(desk, client))


def row(desk):
    with desk.database.reading() as session:
        return session.exec(select(SlackInstallation)).one()


def test_a_workspace_is_installed_and_served_with_its_own_token(desk):
    assert "not served here" in words_of_refusal(desk)
    done = installed(desk)
    assert done.status_code == 200
    assert "/ielts link" in done.text
    assert "xoxb" not in row(desk).sealed_token
    assert row(desk).scopes == SCOPES
    desk.link(ANN)

    assert desk.types(ANN, "/verify", number(1)).text == "No match found."
    asked = [one for one in desk.slack.workspace.calls if one.method == "auth.test"]
    assert asked == []


def words_of_refusal(desk):
    desk.slack.slash(ANN, "/verify", number(1))
    return words(desk.seen(ANN)[-1])


def test_a_state_is_good_once_in_its_own_browser(desk):
    desk.slack.add_bot_token("xoxb-new")
    desk.slack.workspace.install_codes = {f"code{n}": ("xoxb-new", SCOPES) for n in range(9)}
    with httpx.Client() as client, httpx.Client() as stranger:
        state = leave(desk, client)
        leave(desk, stranger)
        assert come_back(desk, stranger, state).status_code == 400
        assert come_back(desk, client, state[:-1] + "0" * (state[-1] != "0")).status_code == 400
        assert come_back(desk, client, "").status_code == 400
        assert come_back(desk, client, state).status_code == 200
        assert come_back(desk, client, state, "code2").status_code == 400


def test_a_code_that_slack_does_not_know_installs_nothing(desk):
    with httpx.Client() as client:
        refused = come_back(desk, client, leave(desk, client), "invented")

    assert refused.status_code == 400
    assert "did not give its consent" in refused.text


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}},
    ],
)
def test_a_workspace_that_takes_the_bot_out_is_served_no_more(desk, event):
    installed(desk)
    desk.link(ANN)
    desk.types(ANN, "/verify", number(1))

    desk.slack.event(event)

    wait_for(lambda: row(desk).revoked_at is not None)
    assert row(desk).sealed_token == ""
    assert "not served here" in words_of_refusal(desk)
    installed(desk, "xoxb-newer")
    assert desk.types(ANN, "/verify", number(1)).text == "No match found."


def test_a_users_token_that_is_revoked_does_not_matter(desk):
    installed(desk)
    desk.slack.event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})

    assert row(desk).revoked_at is None


def test_without_a_client_there_is_no_page(sqlite_url):
    with world(sqlite_url, "http") as desk, httpx.Client() as client:
        assert client.get(f"{desk.slack.app_url}/slack/install").status_code == 404
        assert client.get(f"{desk.slack.app_url}/slack/other").status_code == 404
        assert client.post(f"{desk.slack.app_url}/slack/install").status_code == 404
