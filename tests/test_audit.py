import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from core import audit, users
from core.tables import AuditEvent
from core.terms import Role, Surface
from tests.builders import NOW, a_user, an_actor, an_organisation


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


def trail(session, organisation_id, format, since=None):
    stream = io.StringIO()
    written = audit.export(session, organisation_id, stream, since=since, format=format)
    return written, stream.getvalue()


def test_the_trail_says_who_did_what_where_and_when(session):
    actor = an_actor(session, a_user(session, an_organisation(session)), Surface.SLACK)
    audit.record(session, actor, "template:created", now=NOW, subject="Mine", fields=3)

    written, text = trail(session, actor.organisation_id, "jsonl")

    assert written == 1
    assert json.loads(text) == {
        "at": "2026-11-25T09:00:00+00:00",
        "user": "Ann Bell",
        "email": "ann@uni.example",
        "surface": "slack",
        "action": "template:created",
        "subject": "Mine",
        "outcome": "",
        "details": {"fields": 3},
    }


def test_the_csv_trail_is_safe_in_a_spreadsheet(session):
    actor = an_actor(session, a_user(session, an_organisation(session)))
    audit.record(session, actor, "template:created", now=NOW, subject='=HYPERLINK("x")')

    _, text = trail(session, actor.organisation_id, "csv")

    (row,) = csv.DictReader(io.StringIO(text))
    assert row["subject"] == '\'=HYPERLINK("x")'


def test_an_organisation_sees_its_own_events_since_when_it_asks(session):
    ours, theirs = an_organisation(session), an_organisation(session, "Leeds")
    actor = an_actor(session, a_user(session, ours))
    other = an_actor(session, a_user(session, theirs, "bo@leeds.example"))
    for n in range(3):
        audit.record(session, actor, "a:b", now=NOW + timedelta(days=n), subject=str(n))
    audit.record(session, other, "c:d", now=NOW)

    _, text = trail(session, ours.id, "jsonl", since=NOW + timedelta(days=1))

    assert [json.loads(line)["subject"] for line in text.splitlines()] == ["1", "2"]


def test_what_nobody_did_is_in_the_trail_too(session):
    organisation = an_organisation(session)
    audit.record_system(
        session, organisation.id, "arrival:ingested", now=NOW, surface="console", subject="a.csv"
    )

    written, text = trail(session, organisation.id, "jsonl")
    assert (written, json.loads(text)["user"], json.loads(text)["email"]) == (1, "", "")


def test_a_removed_user_is_still_named_in_the_trail(session):
    organisation = an_organisation(session)
    boss = an_actor(session, a_user(session, organisation, "boss@uni.example", Role.ADMINISTRATOR))
    clerk = an_actor(session, a_user(session, organisation, "clerk@uni.example", first_name="Cy"))
    audit.record(session, clerk, "a:b", now=NOW)
    users.remove(session, boss, "clerk@uni.example", now=NOW)
    users.add(session, boss, first="X", family="Y", email="clerk@uni.example", now=NOW)

    _, text = trail(session, organisation.id, "csv")

    first = next(csv.DictReader(io.StringIO(text)))
    assert (first["user"], first["email"]) == ("Cy Bell", "clerk@uni.example")


def test_a_long_trail_is_written_in_the_order_of_the_deeds(session):
    actor = an_actor(session, a_user(session, an_organisation(session)))
    for n in range(2500):
        audit.record(session, actor, "a:b", now=NOW - timedelta(seconds=n), subject=str(n))

    written, text = trail(session, actor.organisation_id, "csv")

    subjects = [row["subject"] for row in csv.DictReader(io.StringIO(text))]
    assert (written, subjects) == (2500, [str(n) for n in reversed(range(2500))])


@pytest.mark.parametrize("deed", [update(AuditEvent).values(outcome="never"), "row"])
def test_the_trail_cannot_be_edited_through_the_program(database, deed):
    with database.transaction() as session:
        actor = an_actor(session, a_user(session, an_organisation(session)))
        audit.record(session, actor, "a:b", now=NOW, outcome="match")

    with pytest.raises(DatabaseError, match="never changed"), database.transaction() as session:
        if deed == "row":
            session.exec(select(AuditEvent)).one().outcome = "never"
        else:
            session.execute(deed)

    with database.reading() as session:
        assert session.exec(select(AuditEvent.outcome)).one() == "match"
