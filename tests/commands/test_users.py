import pytest

from core.actors import actor_for
from core.commands import run
from core.commands.registry import every_command
from core.refusals import Kind, Refusal
from core.settings import Settings
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
def boss(session, organisation):
    return an_actor(session, a_user(session, organisation, "boss@uni.example", Role.ADMINISTRATOR))


def type_as(session, actor, line):
    return run.run(session, actor, line, now=NOW, settings=Settings()).document()


def test_a_user_is_added_promoted_demoted_and_removed_by_typing(session, boss):
    added = type_as(session, boss, "users add Bo Li Bo@Uni.example role=administrator")
    assert added["users"][0]["role"] == "administrator"
    assert type_as(session, boss, "users demote bo@uni.example")["users"][0]["role"] == "user"
    promoted = type_as(session, boss, "users promote <mailto:bo@uni.example|bo@uni.example>")
    assert promoted["users"][0]["role"] == "administrator"
    type_as(session, boss, "users remove bo@uni.example")

    listed = type_as(session, boss, "users")["users"]
    assert [one["email"] for one in listed] == ["boss@uni.example"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("users add", "First Name, Last Name, Email are missing"),
        ("users add Bo", "Last Name, Email are missing"),
        ("users add Bo Li", "Email is missing"),
        ("users add bo@uni.example", "First Name, Last Name are missing"),
        ("users add Bo bo@uni.example", "Last Name is missing"),
        ("users add Bo Li bo.uni.example", "bo.uni.example is not an e-mail address"),
    ],
)
def test_what_was_left_out_is_what_is_named(session, boss, line, named):
    with pytest.raises(Refusal, match=named) as refused:
        type_as(session, boss, line)
    assert refused.value.kind is Kind.USAGE


def test_every_command_about_users_is_for_administrators(session, organisation, boss):
    clerk = an_actor(session, a_user(session, organisation, "clerk@uni.example"))
    lines = {
        "users": "",
        "users add": " Bo Li bo@uni.example",
        "users remove": " boss@uni.example",
        "users promote": " clerk@uni.example",
        "users demote": " boss@uni.example",
    }

    assert {name for name, one in every_command().items() if one.administrator} >= set(lines)
    assert {name for name in every_command() if name.startswith("users")} == set(lines)
    for name, words in lines.items():
        with pytest.raises(Refusal) as refused:
            type_as(session, clerk, name + words)
        assert refused.value.kind is Kind.FORBIDDEN
    with pytest.raises(Refusal):
        actor_for(session, "bo@uni.example", Surface.CONSOLE)
