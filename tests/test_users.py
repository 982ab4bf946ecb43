import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from core import users
from core.actors import actor_by_id, actor_for
from core.notices import Invitation
from core.refusals import Kind, Refusal
from core.tables import AuditEvent, Download, Preference, User, Watch
from core.terms import Role, Surface
from tests.builders import NOW, a_user, an_actor, an_organisation
from tests.ledger import told

DEEDS = [users.remove, users.promote, users.demote]


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def organisation(session):
    return an_organisation(session)


@pytest.fixture
def admin(session, organisation):
    user = a_user(session, organisation, "boss@uni.example", Role.ADMINISTRATOR, is_primary=True)
    return an_actor(session, user)


@pytest.fixture
def clerk(session, organisation, admin):
    return an_actor(session, a_user(session, organisation, "clerk@uni.example"))


@pytest.fixture
def stranger(session):
    leeds = an_organisation(session, "Leeds")
    return an_actor(session, a_user(session, leeds, "x@leeds.example", Role.ADMINISTRATOR))


def add(session, admin, **changes):
    given = {"first": "Bo", "family": "Li", "email": "bo@uni.example"} | changes
    return users.add(session, admin, **given, now=NOW)


def trail(session):
    return session.exec(select(AuditEvent.action, AuditEvent.subject, AuditEvent.user_name)).all()


def test_a_new_user_is_listed_invited_and_may_act(session, admin):
    answer = add(session, admin, email="  Bo@Uni.Example ")

    assert answer.document() == {
        "users": [
            {
                "first_name": "Bo",
                "family_name": "Li",
                "email": "bo@uni.example",
                "role": "user",
                "primary": False,
            }
        ],
        "message": "Bo Li is a user now.",
    }
    bo = actor_for(session, "BO@uni.example", Surface.CONSOLE)
    (message,) = told(session)
    assert message.recipient.address == "bo@uni.example"
    assert message.notice == Invitation(
        user_id=bo.user_id,
        address="bo@uni.example",
        first_name="Bo",
        organisation="University of Exeter",
        role=Role.USER,
        invited_by="Ann Bell",
    )
    assert [one.email for one in users.list_users(session, admin).users] == [
        "boss@uni.example",
        "bo@uni.example",
    ]
    assert trail(session) == [("user:added", "bo@uni.example", "Ann Bell")]


@pytest.mark.parametrize("deed", DEEDS)
def test_ordinary_users_change_nobody_and_see_no_list(session, clerk, deed):
    with pytest.raises(Refusal, match="Only an administrator") as refused:
        deed(session, clerk, "boss@uni.example", now=NOW)
    assert refused.value.kind is Kind.FORBIDDEN
    with pytest.raises(Refusal, match="Only an administrator"):
        users.list_users(session, clerk)
    with pytest.raises(Refusal, match="Only an administrator"):
        add(session, clerk)


@pytest.mark.parametrize("deed", DEEDS)
def test_another_organisations_user_is_as_unknown_as_one_that_never_was(
    session, clerk, stranger, deed
):
    messages = []
    for email in ("clerk@uni.example", "nobody@uni.example"):
        with pytest.raises(Refusal, match="not a user of your organisation") as refused:
            deed(session, stranger, email, now=NOW)
        assert refused.value.kind is Kind.MISSING
        messages.append(refused.value.message.replace(email, ""))

    assert messages[0] == messages[1]
    assert [one.email for one in users.list_users(session, stranger).users] == ["x@leeds.example"]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_slip_is_answered_with_the_nearest_of_ones_own_users(session, admin, clerk, deed):
    with pytest.raises(Refusal, match=r"Did you mean clerk@uni\.example\?"):
        deed(session, admin, "clrk@uni.example", now=NOW)


@pytest.mark.parametrize("deed", [users.remove, users.demote])
def test_the_primary_administrator_stays_and_the_guides_contact_is_named(
    session, organisation, admin, deed
):
    second = a_user(session, organisation, "second@uni.example", Role.ADMINISTRATOR)

    with pytest.raises(
        Refusal,
        match=r"It is important to contact IELTS USA at stakeholder@ieltsusa\.org when your "
        r"primary Administrator changes\.",
    ) as refused:
        deed(session, an_actor(session, second), "boss@uni.example", now=NOW)
    assert refused.value.kind is Kind.CONFLICT
    assert actor_by_id(session, admin.user_id, Surface.CONSOLE).role is Role.ADMINISTRATOR


@pytest.mark.parametrize("deed", [users.remove, users.demote])
def test_the_last_administrator_stays(session, organisation, deed):
    only = a_user(session, organisation, "only@uni.example", Role.ADMINISTRATOR)
    a_user(session, organisation, "clerk@uni.example")
    actor = an_actor(session, only)

    with pytest.raises(Refusal, match="last Administrator"):
        deed(session, actor, "only@uni.example", now=NOW)

    a_user(session, organisation, "second@uni.example", Role.ADMINISTRATOR)
    deed(session, actor, "only@uni.example", now=NOW)


@pytest.mark.parametrize("deed", [users.remove, users.demote])
def test_two_administrators_who_unmake_each_other_at_once_leave_one(database, deed):
    addresses = ["one@uni.example", "two@uni.example"]
    with database.transaction() as session:
        organisation = an_organisation(session)
        for address in addresses:
            a_user(session, organisation, address, Role.ADMINISTRATOR)
    both_ready, outcomes = threading.Barrier(2), []

    def unmake(who, whom):
        both_ready.wait()
        with database.transaction() as session:
            try:
                deed(session, actor_for(session, who, Surface.CONSOLE), whom, now=NOW)
                outcomes.append("done")
            except Refusal as refusal:
                outcomes.append(refusal.kind)

    threads = [
        threading.Thread(target=unmake, args=pair)
        for pair in (addresses, list(reversed(addresses)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        left = session.exec(
            select(User).where(User.role == "administrator", User.removed_at.is_(None))
        ).all()
    assert (len(left), outcomes.count("done")) == (1, 1)


def test_a_removed_user_loses_everything_at_once_and_history_keeps_the_name(session, admin, clerk):
    session.add(
        Watch(
            user_id=clerk.user_id,
            trf_number="X",
            organisation_id=admin.organisation_id,
            created_at=NOW,
        )
    )
    preference = session.get(Preference, clerk.user_id)
    preference.notifications_on, preference.next_due_at = True, NOW
    preference.pending_address, preference.code_hash = "y@uni.example", "0" * 64
    preference.code_expires_at = NOW + timedelta(hours=1)
    session.add(
        Download(
            organisation_id=admin.organisation_id,
            user_id=clerk.user_id,
            user_name=clerk.name,
            downloaded_at=NOW,
            records=1,
            format="csv",
            template_name="Standard",
            date_format="yyyymmdd",
            fields="trfNumber",
        )
    )
    session.flush()

    users.remove(session, admin, "clerk@uni.example", now=NOW)
    session.expire_all()

    with pytest.raises(Refusal, match="not a user of any organisation"):
        actor_for(session, "clerk@uni.example", Surface.CONSOLE)
    with pytest.raises(Refusal, match="has been removed"):
        actor_by_id(session, clerk.user_id, Surface.CONSOLE)
    with pytest.raises(Refusal, match="not a user of your organisation"):
        users.promote(session, admin, "clerk@uni.example", now=NOW)
    left = session.get(Preference, clerk.user_id)
    assert (left.notifications_on, left.next_due_at, left.code_hash) == (False, None, None)
    assert session.exec(select(Watch)).all() == []
    assert session.exec(select(Download)).one().user_name == "Ann Bell"
    assert len(users.list_users(session, admin).users) == 1


def test_an_address_that_was_freed_can_be_enrolled_again_as_somebody_new(session, admin, clerk):
    users.remove(session, admin, "clerk@uni.example", now=NOW)
    add(session, admin, email="clerk@uni.example")

    again = actor_for(session, "clerk@uni.example", Surface.CONSOLE)
    assert again.user_id != clerk.user_id
    assert session.get(User, clerk.user_id).first_name == "Ann"


def test_promoting_and_demoting_change_the_role_and_are_audited_once(session, admin, clerk):
    for _ in range(2):
        users.promote(session, admin, "clerk@uni.example", now=NOW)
    assert actor_by_id(session, clerk.user_id, Surface.CONSOLE).role is Role.ADMINISTRATOR
    for _ in range(2):
        users.demote(session, admin, "Clerk@uni.example", now=NOW)
    assert actor_by_id(session, clerk.user_id, Surface.CONSOLE).role is Role.USER

    assert trail(session) == [
        ("user:promoted", "clerk@uni.example", "Ann Bell"),
        ("user:demoted", "clerk@uni.example", "Ann Bell"),
    ]


def test_the_first_primary_administrator_is_enrolled_and_invited(session, organisation):
    given = {"first": "Cy", "family": "Om", "email": "cy@uni.example", "now": NOW}

    answer = users.add_primary_administrator(session, organisation, **given)

    cy = actor_for(session, "cy@uni.example", Surface.CONSOLE)
    assert (cy.role, cy.is_primary) == (Role.ADMINISTRATOR, True)
    assert [one.recipient.address for one in told(session)] == ["cy@uni.example"]
    assert "contact" not in answer.deed


def test_a_second_primary_administrator_needs_replace_and_ielts_must_hear(
    session, organisation, admin
):
    given = {"first": "Cy", "family": "Om", "email": "cy@uni.example", "now": NOW}
    with pytest.raises(Refusal, match="--replace") as refused:
        users.add_primary_administrator(session, organisation, **given)
    assert refused.value.kind is Kind.CONFLICT

    answer = users.add_primary_administrator(session, organisation, **given, replace=True)

    assert "contact IELTS USA at stakeholder@ieltsusa.org" in answer.deed
    assert session.exec(select(User.email).where(User.is_primary)).all() == ["cy@uni.example"]
    before = actor_by_id(session, admin.user_id, Surface.CONSOLE)
    assert (before.role, before.is_primary) == (Role.ADMINISTRATOR, False)
    users.remove(session, an_actor(session, session.get(User, 2)), "boss@uni.example", now=NOW)


def test_a_user_who_is_there_already_becomes_the_primary_one_uninvited(
    session, organisation, clerk
):
    users.add_primary_administrator(
        session,
        organisation,
        first="C",
        family="K",
        email="Clerk@uni.example",
        now=NOW,
        replace=True,
    )

    clerk = actor_by_id(session, clerk.user_id, Surface.CONSOLE)
    assert (clerk.is_primary, clerk.role, told(session)) == (True, Role.ADMINISTRATOR, [])
