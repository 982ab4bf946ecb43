"""A Slack account acts as a user only after a code went from the user's mail into Slack."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.actors import actor_for
from core.installations import Workspace, install, revoke
from core.link_codes import LIFETIME
from core.links import actor_in_slack, ask, link_for, linked_users, unlink
from core.notices import Invitation, LinkCode, SettingsChanged
from core.refusals import Kind, Refusal
from core.routes import routes_of
from core.tables import AuditEvent, SlackInstallation, User
from core.terms import Channel, Role, Surface
from core.users import add, remove
from tests.builders import NOW, a_user, an_organisation
from tests.ledger import told

TEAM, ANNA = "T1", "U1"
ANN, EVE = "ann@uni.example", "eve@leeds.example"


@pytest.fixture
def desk(database):
    """A database with an organisation, its administrator Ann, its user Bo, and a workspace."""
    with database.transaction() as session:
        exeter = an_organisation(session)
        a_user(session, exeter, ANN, Role.ADMINISTRATOR)
        a_user(session, exeter, "bo@uni.example", first_name="Bo", family_name="Li")
        install(session, Workspace(TEAM), seal=None, now=NOW)
    return database


def code_for(desk, email=ANN, team=TEAM, now=NOW):
    with desk.transaction() as session:
        row = session.exec(select(SlackInstallation).where(SlackInstallation.team_id == team)).one()
        ask(session, row, email, now=now)
        codes = [
            one.notice.code
            for one in told(session, LinkCode.KIND, now)
            if isinstance(one.notice, LinkCode) and one.notice.address == email
        ]
    return codes[-1] if codes else None


def actor(desk, slack_user=ANNA, team=TEAM):
    with desk.reading() as session:
        return actor_in_slack(session, team, slack_user)


def test_a_code_from_the_mail_links_and_the_login_address_hears_of_it(desk):
    with pytest.raises(Refusal, match="not linked") as refused:
        actor(desk)
    assert refused.value.code == "not_linked"

    card = link_for(desk, TEAM, ANNA, code_for(desk), now=NOW)

    assert card.linked
    assert (actor(desk).email, actor(desk).surface) == (ANN, Surface.SLACK)
    with desk.reading() as session:
        assert any(isinstance(one.notice, SettingsChanged) for one in told(session))


def test_the_answer_does_not_tell_who_is_enrolled(desk):
    with desk.transaction() as session:
        row = session.exec(select(SlackInstallation)).one()
        known = ask(session, row, "bo@uni.example", now=NOW)
        unknown = ask(session, row, "xx@uni.example", now=NOW)

    assert known.message.msgid == unknown.message.msgid
    assert code_for(desk, "xx@uni.example") is None


def test_a_code_is_good_once_and_for_a_day(desk):
    code = code_for(desk)
    with pytest.raises(Refusal) as late:
        link_for(desk, TEAM, ANNA, code, now=NOW + LIFETIME)
    assert late.value.code == "code_wrong"
    link_for(desk, TEAM, ANNA, code.lower(), now=NOW)
    with pytest.raises(Refusal):
        link_for(desk, TEAM, "U2", code, now=NOW)


def test_wrong_codes_are_counted_kept_and_braked(desk):
    for _ in range(5):
        with pytest.raises(Refusal, match="not right"):
            link_for(desk, TEAM, ANNA, "WRONG", now=NOW)
    code = code_for(desk)
    with pytest.raises(Refusal) as braked:
        link_for(desk, TEAM, ANNA, code, now=NOW)
    assert (braked.value.kind, braked.value.code) == (Kind.LIMIT, "too_many_tries")
    with desk.reading() as session:
        refused = select(AuditEvent).where(AuditEvent.action == "slack:code-refused")
        assert len(session.exec(refused).all()) == 5

    assert link_for(desk, TEAM, ANNA, code, now=NOW + timedelta(hours=1, seconds=1)).linked


def test_nobody_is_sent_more_than_five_codes_an_hour(desk):
    for _ in range(7):
        code_for(desk)

    with desk.reading() as session:
        assert sum(isinstance(one.notice, LinkCode) for one in told(session)) == 5


def test_a_user_who_was_removed_acts_no_more(desk):
    link_for(desk, TEAM, ANNA, code_for(desk, "bo@uni.example"), now=NOW)
    with desk.transaction() as session:
        remove(session, actor_for(session, ANN, Surface.CONSOLE), "bo@uni.example", now=NOW)

    with pytest.raises(Refusal) as refused:
        actor(desk)
    assert refused.value.kind is Kind.FORBIDDEN


def test_a_slack_account_is_one_user_and_a_user_has_one_slack_account(desk):
    link_for(desk, TEAM, ANNA, code_for(desk), now=NOW)
    with pytest.raises(Refusal) as refused:
        link_for(desk, TEAM, ANNA, code_for(desk, "bo@uni.example"), now=NOW)
    assert refused.value.code == "linked_otherwise"

    link_for(desk, TEAM, "U9", code_for(desk), now=NOW)
    assert actor(desk, "U9").email == ANN
    with pytest.raises(Refusal):
        actor(desk, ANNA)


def test_a_workspace_becomes_that_of_its_first_linking_administrator(database):
    with database.transaction() as session:
        exeter, leeds = an_organisation(session), an_organisation(session, "Leeds")
        a_user(session, exeter, "bo@uni.example")
        a_user(session, leeds, EVE, Role.ADMINISTRATOR)
        install(session, Workspace(TEAM), seal=None, now=NOW)
    with pytest.raises(Refusal) as unowned:
        link_for(database, TEAM, ANNA, code_for(database, "bo@uni.example"), now=NOW)
    assert unowned.value.code == "workspace_unowned"
    bos = code_for(database, "bo@uni.example")

    link_for(database, TEAM, "U2", code_for(database, EVE), now=NOW)

    with pytest.raises(Refusal) as other:
        link_for(database, TEAM, ANNA, bos, now=NOW)
    assert other.value.code == "other_organisation"
    assert code_for(database, "bo@uni.example") == bos, "a new one would not be sent"


def test_administrators_see_who_is_linked_and_unlink(desk):
    link_for(desk, TEAM, ANNA, code_for(desk), now=NOW)
    link_for(desk, TEAM, "U2", code_for(desk, "bo@uni.example"), now=NOW)
    bo = actor(desk, "U2")
    with desk.transaction() as session:
        with pytest.raises(Refusal):
            linked_users(session, bo)
        with pytest.raises(Refusal):
            unlink(session, bo, ANN, now=NOW)
        ann = actor_in_slack(session, TEAM, ANNA)
        assert [one.email for one in linked_users(session, ann).links] == [ANN, "bo@uni.example"]
        unlink(session, ann, "Bo@uni.example", now=NOW)
    with pytest.raises(Refusal):
        actor(desk, "U2")
    with desk.transaction() as session:
        unlink(session, actor_in_slack(session, TEAM, ANNA), None, now=NOW)
    with pytest.raises(Refusal):
        actor(desk)


def test_linked_users_are_reached_in_slack_while_the_bot_is_there(desk):
    link_for(desk, TEAM, ANNA, code_for(desk), now=NOW)
    with desk.transaction() as session:
        ids = session.exec(select(User.id)).all()
        ways = [(one.channel, one.lane) for one in routes_of(session, ids)]
        assert ways == [
            (Channel.MAIL, "smtp"),
            (Channel.SLACK, "T1:U1"),
            (Channel.MAIL, "smtp"),
        ]
        revoke(session, TEAM, now=NOW)
        assert Channel.SLACK not in {one.channel for one in routes_of(session, ids)}
    with pytest.raises(Refusal):
        actor(desk)


def test_an_invitation_carries_a_code_where_there_is_a_slack(desk):
    with desk.transaction() as session:
        ann = actor_for(session, ANN, Surface.CONSOLE)
        add(session, ann, first="Cy", family="Day", email="cy@uni.example", now=NOW)
        (invitation,) = [one.notice for one in told(session) if isinstance(one.notice, Invitation)]
    later = NOW + timedelta(days=13)

    assert link_for(desk, TEAM, "U3", invitation.link_code, now=later).linked
    assert actor(desk, "U3").email == "cy@uni.example"
