import pytest

from core.commands import run
from core.refusals import Kind, Refusal
from core.settings import Settings
from tests.builders import NOW, a_user, an_actor, an_organisation

CREATE = 'templates create "My template" format=csv dates=mm/dd/yyyy fields=firstName,photo,Town'


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def actor(session):
    return an_actor(session, a_user(session, an_organisation(session)))


def type_as(session, actor, line):
    return run.run(session, actor, line, now=NOW, settings=Settings()).document()


def test_templates_are_typed_as_the_contract_has_them(session, actor):
    made = type_as(session, actor, f"{CREATE} default=yes spreadsheet_safe=no bom=yes")["template"]
    assert made == {
        "name": "My template",
        "format": "csv",
        "dates": "mm/dd/yyyy",
        "fields": ["firstName", "photo", "town"],
        "default": True,
        "spreadsheet_safe": False,
        "bom": True,
    }
    moved = type_as(session, actor, 'templates move "my template" TOWN up')["template"]
    assert moved["fields"] == ["firstName", "town", "photo"]
    edited = type_as(session, actor, 'templates edit "my template" name="Law School" default=no')
    assert (edited["template"]["name"], edited["template"]["default"]) == ("Law School", False)
    shown = type_as(session, actor, "templates show “LAW SCHOOL”")
    assert shown["template"] == edited["template"]
    assert type_as(session, actor, 'templates default "law school"')["template"]["default"]
    assert [one["name"] for one in type_as(session, actor, "templates")["templates"]] == [
        "Law School"
    ]
    assert type_as(session, actor, 'templates delete "law school"') == {"deleted": "Law School"}
    assert type_as(session, actor, "templates")["templates"] == []
    assert type_as(session, actor, "templates")["standard"]["default"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (CREATE, Kind.CONFLICT),
        ('templates create "Other" format=csv dates=mm/dd/yyyy', Kind.USAGE),
        ("templates create Other format=csv dates=mm/dd/yyyy fields=", Kind.USAGE),
        ("templates create Other format=csv dates=mm/dd/yyyy fields=town,town", Kind.USAGE),
        ("templates create Other format=csv dates=mm/dd/yyyy fields=town,towm", Kind.USAGE),
        ("templates create Other format=csv dates=dd.mm.yyyy fields=town", Kind.USAGE),
        ("templates create Other format=xls dates=mm/dd/yyyy fields=town", Kind.USAGE),
        ('templates move "My template" town sideways', Kind.USAGE),
        ('templates move "My template" gender up', Kind.MISSING),
        ("templates show Law", Kind.MISSING),
        ("templates delete Standard", Kind.CONFLICT),
    ],
)
def test_what_cannot_be_is_refused(session, actor, line, kind):
    type_as(session, actor, CREATE)

    with pytest.raises(Refusal) as refused:
        type_as(session, actor, line)
    assert refused.value.kind is kind
