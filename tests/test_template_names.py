import pytest

from core import templates
from core.fields import BY_HEADING
from core.template_names import problems
from core.terms import DateFormat, Format
from tests.builders import NOW, a_user, an_actor, an_organisation

GOOD = (BY_HEADING["trfNumber"],)
BAD = (BY_HEADING["postalAddress"], BY_HEADING["addressLine1"])


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def actor(session):
    return an_actor(session, a_user(session, an_organisation(session)))


def create(session, actor, name):
    given = {"format": Format.CSV, "dates": DateFormat.ISO, "fields": GOOD, "now": NOW}
    return templates.create(session, actor, name, **given)


def test_a_form_gets_every_problem_at_its_input(session, actor):
    create(session, actor, "Admissions")

    found = problems(session, actor, name="ADMISSIONS", fields=BAD)

    assert found.keys() == {"name", "fields"}
    assert "There is a template ADMISSIONS already" in found["name"]
    assert "NOT both" in found["fields"]


def test_what_is_not_asked_for_is_no_problem(session, actor):
    assert problems(session, actor, name=None, fields=None) == {}
    assert problems(session, actor, name="Admissions", fields=GOOD) == {}


def test_the_name_of_the_template_being_edited_is_not_taken(session, actor):
    create(session, actor, "Admissions")

    assert problems(session, actor, name="admissions", fields=None, editing="Admissions") == {}
    assert problems(session, actor, name="admissions", fields=None, editing="Law").keys() == {
        "name"
    }


def test_a_name_is_the_same_however_its_accents_are_coded(session, actor):
    create(session, actor, "Zulassung f\u00fcr Bewerber")

    assert templates.show(session, actor, "zulassung fu\u0308r bewerber").layout.name.startswith(
        "Zu"
    )
