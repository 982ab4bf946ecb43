import pytest
from sqlmodel import select

from core.organisations import add_organisation, list_organisations, organisation_named
from core.refusals import Kind, Refusal
from core.tables import AuditEvent
from core.terms import Service
from tests.builders import NOW


def add(session, name="Exeter", **changes):
    given = {"account_name": "University of Exeter", "address": "Exeter", "service": Service.API}
    return add_organisation(session, name=name, **given | changes, now=NOW)


def test_an_organisation_is_added_listed_and_found_whatever_its_case(database):
    with database.transaction() as session:
        add(session)
        add(session, "Leeds", service=Service.VERIFICATION)

        names = [one["name"] for one in list_organisations(session).document()["organisations"]]
        assert names == ["Exeter", "Leeds"]
        assert organisation_named(session, " exeter ").service == "api"


def test_a_name_that_is_taken_is_a_conflict(database):
    with database.transaction() as session:
        add(session)
        with pytest.raises(Refusal) as refused:
            add(session, "EXETER")
    assert refused.value.kind is Kind.CONFLICT


@pytest.mark.parametrize("changes", [{"account_name": " "}, {"address": ""}])
def test_nothing_may_be_blank(database, changes):
    with database.transaction() as session, pytest.raises(Refusal, match="must not be blank"):
        add(session, **changes)


def test_an_address_keeps_its_lines_and_loses_blank_ones(database):
    with database.transaction() as session:
        add(session, address=" 1 High Street \r\n\n EX4 4QJ ")
        assert organisation_named(session, "Exeter").address == "1 High Street\nEX4 4QJ"


@pytest.mark.parametrize("changes", [{"name": "E" * 201}, {"account_name": "a\x00b"}])
def test_names_are_one_line_of_ordinary_characters(database, changes):
    with database.transaction() as session, pytest.raises(Refusal, match="up to 200 ordinary"):
        add(session, **{"name": "Exeter"} | changes)


def test_an_added_organisation_is_in_its_own_trail(database):
    with database.transaction() as session:
        add(session)
        event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.subject, event.organisation_id) == (
        "organisation:added",
        "Exeter",
        1,
    )


def test_an_unknown_name_is_refused_with_the_nearest(database):
    with database.transaction() as session:
        add(session)
        with pytest.raises(Refusal, match="Did you mean Exeter") as refused:
            organisation_named(session, "EXTER")
        with pytest.raises(Refusal, match="org list"):
            organisation_named(session, "Zzz")
    assert refused.value.kind is Kind.MISSING
