import pytest
from sqlmodel import select

from core import users
from core.actors import actor_by_id, actor_for
from core.notices import Invitation
from core.refusals import Kind, Refusal
from core.tables import AuditEvent, Download, Preference, User, Watch
from core.terms import Role, Surface
from tests.builders import NOW, a_user, an_actor, an_organisation


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


def add(session, admin, **changes):
    given = {"first": "Bo", "family": "Li", "email": "bo@uni.example"} | changes
    return users.add(session, admin, **given, now=NOW)


def test_a_new_user_is_listed_invited_and_may_act(session, admin):
    answer = add(session, admin, email="  Bo@Uni.Example ")

    assert answer.document()["users"] == [
        {
            "first_name": "Bo",
            "family_name": "Li",
            "email": "bo@uni.example",
            "role": "user",
            "primary": False,
        }
    ]
    bo = actor_for(session, "BO@uni.example", Surface.CONSOLE)
    assert answer.notices == (
        Invitation(bo.user_id, "bo@uni.example", "Bo", "University of Exeter"),
    )
    assert [one.email for one in users.list_users(session, admin).users] == [
        "boss@uni.example",
        "bo@uni.example",
    ]


@pytest.mark.parametrize(
    ("blank", "named"),
    [
        (["first"], "First Name is missing"),
        (["family"], "Last Name is missing"),
        (["email"], "Email is missing"),
        (["first", "email"], "First Name, Email are missing"),
    ],
)
def test_whatever_is_missing_of_a_new_user_is_named(session, admin, blank, named):
    with pytest.raises(Refusal, match=named) as refused:
        add(session, admin, **dict.fromkeys(blank, " "))
    assert refused.value.kind is Kind.USAGE


@pytest.mark.parametrize("email", ["bo", "bo@", "@uni.example", "bo uni@x.example", "bo@x..y"])
def test_what_is_no_address_is_refused_by_name(session, admin, email):
    with pytest.raises(Refusal, match="is not an e-mail address"):
        add(session, admin, email=email)


def test_a_name_is_one_line_of_fifty_characters(session, admin):
    add(session, admin, first="B" * 50)
    with pytest.raises(Refusal, match="up to 50 characters"):
        add(session, admin, email="b2@uni.example", first="B" * 51)
    with pytest.raises(Refusal, match="one line"):
        add(session, admin, email="b3@uni.example", family="L\ni")


def test_the_same_address_twice_is_a_conflict_here_and_elsewhere(session, admin):
    add(session, admin)
    with pytest.raises(Refusal, match="is a user already") as refused:
        add(session, admin, email="BO@uni.example")
    assert refused.value.kind is Kind.CONFLICT

    other = a_user(session, an_organisation(session, "Leeds"), "x@l.example", Role.ADMINISTRATOR)
    with pytest.raises(Refusal, match="at another organisation"):
        add(session, an_actor(session, other))


@pytest.mark.parametrize("deed", [users.remove, users.promote, users.demote])
def test_ordinary_users_change_nobody_and_see_no_list(session, clerk, deed):
    with pytest.raises(Refusal, match="Only an administrator") as refused:
        deed(session, clerk, "boss@uni.example", now=NOW)
    assert refused.value.kind is Kind.FORBIDDEN
    with pytest.raises(Refusal, match="Only an administrator"):
        users.list_users(session, clerk)
    with pytest.raises(Refusal, match="Only an administrator"):
        add(session, clerk)


@pytest.mark.parametrize("deed", [users.remove, users.promote, users.demote])
def test_administrators_of_another_organisation_see_nobody_of_ours(session, clerk, deed):
    other = a_user(session, an_organisation(session, "Leeds"), "x@l.example", Role.ADMINISTRATOR)
    stranger = an_actor(session, other)

    with pytest.raises(Refusal, match="not a user of your organisation") as refused:
        deed(session, stranger, "clerk@uni.example", now=NOW)
    assert refused.value.kind is Kind.MISSING
    assert len(users.list_users(session, stranger).users) == 1


@pytest.mark.parametrize("deed", [users.remove, users.demote])
def test_the_primary_administrator_stays_and_the_guides_contact_is_named(session, admin, deed):
    a_user(session, an_organisation(session, "x"), "z@uni.example", Role.ADMINISTRATOR)

    with pytest.raises(Refusal, match=r"contact IELTS USA at stakeholder@ieltsusa\.org"):
        deed(session, admin, "boss@uni.example", now=NOW)


@pytest.mark.parametrize("deed", [users.remove, users.demote])
def test_the_last_administrator_stays(session, organisation, deed):
    only = a_user(session, organisation, "only@uni.example", Role.ADMINISTRATOR)
    actor = an_actor(session, only)

    with pytest.raises(Refusal, match="last Administrator"):
        deed(session, actor, "only@uni.example", now=NOW)

    a_user(session, organisation, "second@uni.example", Role.ADMINISTRATOR)
    deed(session, actor, "only@uni.example", now=NOW)


def test_a_removed_user_loses_everything_at_once_and_history_keeps_the_name(session, admin, clerk):
    session.add(Watch(user_id=clerk.user_id, trf_number="X", organisation_id=1, created_at=NOW))
    session.get(Preference, clerk.user_id).next_due_at = NOW
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

    with pytest.raises(Refusal, match="not a user of any organisation"):
        actor_for(session, "clerk@uni.example", Surface.CONSOLE)
    with pytest.raises(Refusal, match="has been removed"):
        actor_by_id(session, clerk.user_id, Surface.CONSOLE)
    assert session.exec(select(Watch)).all() == []
    assert session.get(Preference, clerk.user_id).next_due_at is None
    assert session.exec(select(Download)).one().user_name == "Ann Bell"


def test_an_address_that_was_freed_can_be_enrolled_again(session, admin, clerk):
    users.remove(session, admin, "clerk@uni.example", now=NOW)
    add(session, admin, email="clerk@uni.example")

    assert actor_for(session, "clerk@uni.example", Surface.CONSOLE).user_id != clerk.user_id


def test_promoting_and_demoting_change_the_role_and_are_audited(session, admin, clerk):
    users.promote(session, admin, "clerk@uni.example", now=NOW)
    assert actor_by_id(session, clerk.user_id, Surface.CONSOLE).role is Role.ADMINISTRATOR
    users.demote(session, admin, "clerk@uni.example", now=NOW)
    assert actor_by_id(session, clerk.user_id, Surface.CONSOLE).role is Role.USER

    found = session.exec(select(AuditEvent.action, AuditEvent.subject, AuditEvent.user_name)).all()
    assert found == [
        ("user:promoted", "clerk@uni.example", "Ann Bell"),
        ("user:demoted", "clerk@uni.example", "Ann Bell"),
    ]


def test_a_second_primary_administrator_needs_replace(session, organisation, admin):
    given = {"first": "Cy", "family": "Om", "email": "cy@uni.example", "now": NOW}
    with pytest.raises(Refusal, match="--replace"):
        users.add_primary_administrator(session, organisation, **given)

    users.add_primary_administrator(session, organisation, **given, replace=True)

    primaries = session.exec(select(User.email).where(User.is_primary)).all()
    assert primaries == ["cy@uni.example"]
    assert actor_by_id(session, admin.user_id, Surface.CONSOLE).role is Role.ADMINISTRATOR
