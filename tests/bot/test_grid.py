"""Enterprise Grid: a workspace that is one of many, and all of them at once."""

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from core.link_codes import send_code
from core.tables import Organisation, SlackInstallation, SlackLink, User
from core.terms import Fate
from playground.slack import Fault
from playground.slack.server import SCOPES
from tests.bot.test_installing import come_back, leave
from tests.bot.world import ANN, BO, TEAM, a_workspace, button, wait_for, words, world
from tests.intake.shapes import number, record

GRID, SECOND = "E0GRID", "T0SECOND"
OAUTH = {
    "slack_bot_token": None,
    "slack_client_id": "client",
    "slack_client_secret": "a-secret",
    "secret_key": Fernet.generate_key().decode(),
}


def on_a_grid(*, org_wide):
    slack = a_workspace()
    slack.workspace.enterprise_id, slack.workspace.is_org_wide = GRID, org_wide
    for one in slack.workspace.members.values():
        one.enterprise_id = GRID if one.team_id == TEAM else ""
    add = slack.workspace.add_member
    add("W0SUE", "Sue", "sue@uni.example", team_id=SECOND)
    add("W0FAR", "Far", "far@far.example", team_id="T0FAR", enterprise_id="E0OTHER")
    return slack


@pytest.fixture(params=[False, True], ids=["one-workspace", "org-wide"])
def desk(request, sqlite_url):
    slack = on_a_grid(org_wide=request.param)
    with world(sqlite_url, "http", slack=slack, **OAUTH) as made:
        slack.workspace.grants.clear()
        install(made)
        yield made


def install(desk, token="xoxb-grid"):
    with desk.database.transaction() as session:
        for row in session.exec(select(SlackInstallation)):
            session.delete(row)
    desk.slack.add_bot_token(token)
    desk.slack.workspace.install_codes["code1"] = (token, SCOPES)
    with httpx.Client() as client:
        assert come_back(desk, client, leave(desk, client)).status_code == 200
    with desk.database.transaction() as session:
        exeter = session.exec(select(Organisation).where(Organisation.name == "Exeter")).one()
        session.exec(select(SlackInstallation)).one().organisation_id = exeter.id


def link(desk, slack_user, email):
    with desk.database.transaction() as session:
        user = session.exec(select(User).where(User.email == email)).one()
        assert send_code(session, user, now=desk.clock())
    return desk.types(slack_user, "/ielts", f"link {desk.code(email)}")


def test_an_installation_is_kept_under_what_slack_says_it_is_for(desk):
    with desk.database.reading() as session:
        row = session.exec(select(SlackInstallation)).one()

    expected = GRID if desk.slack.workspace.is_org_wide else TEAM
    assert (row.team_id, row.enterprise_id) == (expected, GRID)
    assert row.sealed_token
    assert "xoxb" not in row.sealed_token


def test_a_day_on_a_grid(desk):
    """Linked, verified, announced, downloaded, at home and in a form."""
    assert "here you are Ann Bell now." in words(link(desk, ANN, "ann@uni.example"))
    desk.types(ANN, "/ielts", "channel here")
    desk.arrive(record(1), record(2))
    desk.send()
    (news,) = [one for one in desk.seen(BO) if "2 new results" in one.text]
    desk.clicks(ANN, news, "Download now")
    desk.send()
    (file,) = desk.slack.workspace.files.values()
    assert file.shared_in == ["D0ANN"]
    assert "Match found." in desk.types(ANN, "/verify", number(1)).text
    desk.slack.event({"type": "app_home_opened", "tab": "home", "user": ANN})
    view = desk.opens(ANN, desk.home(ANN), "Verify a Test Report Form")
    entry = {"numbers": {"type": "plain_text_input", "value": number(1)}}
    desk.slack.submit(ANN, view, entry)
    wait_for(lambda: "Match found" in words(desk.slack.workspace.views[view["id"]]))
    assert {Fate(row.fate) for row in desk.owed()} == {Fate.SENT}


def test_members_of_its_other_workspaces_are_served_only_where_it_is_installed_for_all(desk):
    refused = desk.slack.slash("W0SUE", "/verify", number(1))

    assert refused.acknowledged
    said = words(desk.seen("W0SUE")[-1])
    if desk.slack.workspace.is_org_wide:
        assert "not linked" in said
        link(desk, "W0SUE", "bo@uni.example")
        assert "No match found." in desk.types("W0SUE", "/verify", number(1)).text
        with desk.database.reading() as session:
            assert session.exec(select(SlackLink.slack_user_id)).one() == "W0SUE"
    else:
        assert "not served here" in said


def test_somebody_of_another_grid_is_refused(desk):
    desk.slack.slash("W0FAR", "/verify", number(1), team_id=TEAM)

    assert "another one" in words(desk.seen("W0FAR")[-1])


def test_a_workspace_that_says_to_be_of_another_grid_is_not_served(desk):
    link(desk, ANN, "ann@uni.example")

    desk.slack.slash(ANN, "/verify", number(1), enterprise_id="E0OTHER")

    assert "not served here" in words(desk.seen(ANN, more_than=1)[-1])


def test_it_is_taken_out_where_it_was_installed(desk):
    link(desk, ANN, "ann@uni.example")
    desk.slack.event({"type": "app_uninstalled"})

    def revoked():
        with desk.database.reading() as session:
            return session.exec(select(SlackInstallation)).one().revoked_at

    wait_for(revoked)
    desk.slack.slash(ANN, "/verify", number(1))
    assert "not served here" in words(desk.seen(ANN, more_than=1)[-1])


def test_the_app_not_being_added_to_a_workspace_is_said(desk):
    link(desk, ANN, "ann@uni.example")
    desk.slack.faults = [Fault("chat.postMessage", error="team_access_not_granted")]

    said = desk.types(ANN, "/ielts", "channel here")

    assert "not added to that workspace" in words(said)


def test_one_installation_is_of_one_organisation_and_says_so(desk):
    link(desk, ANN, "ann@uni.example")

    refused = link(desk, BO, "eve@leeds.example")

    assert "an installation of its own" in words(refused)


def test_a_workspaces_own_installation_goes_before_that_for_all(sqlite_url):
    slack = on_a_grid(org_wide=True)
    with world(sqlite_url, "http", slack=slack, **OAUTH) as desk:
        slack.workspace.grants.clear()
        install(desk)
        link(desk, ANN, "ann@uni.example")
        slack.workspace.is_org_wide = False
        slack.add_bot_token("xoxb-own")
        slack.workspace.install_codes["code2"] = ("xoxb-own", SCOPES)
        with httpx.Client() as client:
            assert come_back(desk, client, leave(desk, client), "code2").status_code == 200

        assert "not linked" in words(desk.types(ANN, "/verify", number(1)))
        assert slack.workspace.calls[-1].token == "xoxb-own"


def test_the_operators_own_token_may_be_good_for_all_workspaces(sqlite_url):
    slack = on_a_grid(org_wide=True)
    with world(sqlite_url, "http", slack=slack) as desk:
        with desk.database.transaction() as session:
            session.exec(select(SlackInstallation)).one().team_id = GRID
        link(desk, "W0SUE", "bo@uni.example")
        desk.arrive(record(1))

        desk.types("W0SUE", "/download")
        desk.send()

        (file,) = slack.workspace.files.values()
        assert file.shared_in == ["D0SUE"]


def test_a_click_of_somebody_elses_workspace_in_a_shared_channel_is_refused(desk):
    link(desk, ANN, "ann@uni.example")
    card = desk.types(ANN, "/verify", number(1))

    desk.slack.click("U0LEEDS", card, button(card, "Watch"))

    refused = desk.seen("U0LEEDS")[-1]
    assert "another one" in words(refused) or "not served here" in words(refused)
