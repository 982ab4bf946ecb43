import pytest
from sqlmodel import select

from core.commands import run
from core.refusals import Kind, Refusal
from core.settings import Settings
from core.tables import AuditEvent
from tests.builders import NOW, a_user, an_actor, an_organisation


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def actor(session):
    return an_actor(session, a_user(session, an_organisation(session)))


def type_as(session, actor, line):
    return run.run(session, actor, line, now=NOW, settings=Settings()).document()


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("notifications on", {"on": True}),
        ("notifications DAILY", {"on": True, "frequency": "daily", "time": "09:00"}),
        ("notifications weekly time=8:05 day=Friday", {"time": "08:05", "day": "friday"}),
        ("notifications slack=off mail=on marks=yes", {"slack": False, "marks_downloaded": True}),
        ("notifications timezone=europe/london", {"timezone": "Europe/London"}),
        ('notifications timezone="America/New York"', {"timezone": "America/New_York"}),
        (
            "notifications email=<mailto:o@uni.example|o@uni.example>",
            {"pending_email": "o@uni.example"},
        ),
        ("notifications email=login", {"pending_email": None}),
        (
            "settings start=verification language=en-us",
            {"start": "verification", "language": "en-US"},
        ),
    ],
)
def test_each_option_is_typed_as_the_contract_has_it(session, actor, line, changed):
    (shown,) = [value for key, value in type_as(session, actor, line).items() if key != "notes"]

    assert {key: shown[key] for key in changed} == changed


def test_without_an_option_they_show_the_state_and_change_nothing(session, actor):
    type_as(session, actor, "notifications weekly slack=off")
    events = len(session.exec(select(AuditEvent)).all())

    shown = type_as(session, actor, "notifications")["notifications"]
    assert (shown["frequency"], shown["slack"], shown["next_due_at"]) == (
        "weekly",
        False,
        "2026-12-02T09:00:00+00:00",
    )
    assert type_as(session, actor, "settings")["settings"] == {"start": "home", "language": "en-GB"}
    assert len(session.exec(select(AuditEvent)).all()) == events


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("notifications hourly", "It may be off, on, immediate, daily, weekly"),
        ("notifications time=25:00", "not a time of day"),
        ("notifications day=someday", "Did you mean sunday|It may be monday"),
        ("notifications timezone=Europe/Londn", "Did you mean Europe/London"),
        ("notifications email=office", "is not an e-mail address"),
        ("settings language=fr", "It may be en-GB, en-US"),
        ("settings start=page", "It may be home, verification"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(session, actor, line, said):
    with pytest.raises(Refusal, match=said) as refused:
        type_as(session, actor, line)
    assert refused.value.kind is Kind.USAGE
