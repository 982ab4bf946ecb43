import pytest

from core.commands.registry import every_command
from core.commands.run import run
from core.refusals import Kind, Refusal
from core.settings import Settings
from core.terms import Role
from tests.builders import NOW, a_user, an_actor, an_organisation


@pytest.fixture(params=["sqlite"])
def database_url(request, sqlite_url):
    """Help asks the database for nothing."""
    return sqlite_url


@pytest.fixture
def help_for(database):
    def help_for(line, role=Role.USER):
        with database.transaction() as session:
            user = a_user(session, an_organisation(session), role=role)
            actor = an_actor(session, user)
            answer = run(session, actor, line, now=NOW, settings=Settings())
            session.rollback()
        return answer.document()["commands"]

    return help_for


def names(entries):
    return [one["name"] for one in entries]


def test_an_administrator_sees_every_command(help_for):
    assert names(help_for("help", Role.ADMINISTRATOR)) == list(every_command())


def test_a_user_sees_no_administrators_commands(help_for):
    ordinary = [one.name for one in every_command().values() if not one.administrator]

    assert names(help_for("help")) == ordinary
    assert "users add" not in ordinary


def test_a_command_is_explained_with_usage_and_examples(help_for):
    (entry,) = help_for("help VERIFY")

    assert entry["usage"].startswith('verify NUMBER… [name="…"]')
    assert entry["examples"][0] == "verify 17GB000595ZOLJS03G"
    assert entry["summary"] == every_command()["verify"].summary


def test_a_family_of_commands_is_listed_together(help_for):
    family = names(help_for("help templates"))

    assert family[0] == "templates"
    assert "templates create" in family
    assert names(help_for("help templates create")) == ["templates create"]


@pytest.mark.parametrize(
    ("line", "near"),
    [("help verfy", "help verify"), ("help template create", "help templates create")],
)
def test_an_unknown_command_gets_the_nearest(help_for, line, near):
    with pytest.raises(Refusal, match=f"Did you mean `{near}`") as refused:
        help_for(line)
    assert refused.value.kind is Kind.MISSING


def test_what_a_user_may_not_do_is_not_explained_to_him(help_for):
    with pytest.raises(Refusal, match="for you"):
        help_for("help users add")
