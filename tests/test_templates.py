import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core import templates
from core.fields import BY_HEADING, CATALOGUE
from core.layouts import STANDARD
from core.refusals import Kind, Refusal
from core.tables import AuditEvent, Preference, Template
from core.templates import Direction
from core.terms import DateFormat, Format
from tests.builders import NOW, a_user, an_actor, an_organisation

FIELDS = tuple(BY_HEADING[one] for one in ("trfNumber", "familyName", "testDate"))


class Desk:
    """One user's templates."""

    def __init__(self, database, actor):
        self.database = database
        self.actor = actor

    def __call__(self, deed, *words, **options):
        with self.database.transaction() as session:
            return deed(session, self.actor, *words, **options)

    def create(self, name="Admissions", fields=FIELDS, **options):
        chosen = {"format": Format.CSV, "dates": DateFormat.DAY_FIRST} | options
        return self(templates.create, name, fields=fields, now=NOW, **chosen)

    def edit(self, name="Admissions", **changes):
        return self(templates.edit, name, now=NOW, **changes)

    def move(self, heading, direction):
        return self(
            templates.move, "Admissions", BY_HEADING[heading], direction, now=NOW
        ).document()["template"]["fields"]

    def defaults(self):
        cards = self(templates.list_templates).cards
        return [card.layout.name for card in cards if card.is_default]


@pytest.fixture
def desk(database):
    with database.transaction() as session:
        return Desk(database, an_actor(session, a_user(session, an_organisation(session))))


@pytest.fixture
def other_desk(database, desk):
    with database.transaction() as session:
        organisation = an_organisation(session, "York")
        user = a_user(session, organisation, email="eve@york.example")
        return Desk(database, an_actor(session, user))


def test_a_template_is_kept_as_it_was_made(desk):
    made = desk.create(format=Format.XML, dates=DateFormat.ISO, bom=True, spreadsheet_safe=False)

    assert made.document() == {
        "template": {
            "name": "Admissions",
            "format": "xml",
            "dates": "yyyy-mm-dd",
            "fields": ["trfNumber", "familyName", "testDate"],
            "default": False,
            "spreadsheet_safe": False,
            "bom": True,
        },
        "warnings": [],
    }
    assert desk(templates.show, " admissions ").layout == made.layout


@given(st.lists(st.sampled_from(CATALOGUE), min_size=1, unique=True))
def test_any_order_of_fields_is_kept(desk, fields):
    fields = [field for field in fields if field.heading != "postalAddress"] or FIELDS
    desk.create("Law", fields)

    assert desk(templates.show, "Law").layout.fields == tuple(fields)
    desk(templates.delete, "Law", now=NOW)


def test_candidate_id_is_accepted_with_the_guides_warning(desk):
    made = desk.create(fields=[BY_HEADING["candidateId"], *FIELDS])

    assert made.document()["warnings"] == [
        "DO NOT choose Candidate ID as this information is no longer available."
    ]


def test_photo_comes_with_the_guides_note(desk):
    made = desk.create(fields=[BY_HEADING["photo"]])

    assert made.document()["warnings"] == ["Photo appears in the file as encrypted data."]


def test_every_problem_is_told_at_once_and_nothing_is_made(desk):
    both = [BY_HEADING["postalAddress"], BY_HEADING["addressLine2"]]

    with pytest.raises(Refusal) as refused:
        desk.create("  ", both)
    assert refused.value.kind is Kind.USAGE
    assert "A template needs a name." in refused.value.message
    assert "but NOT both." in refused.value.message
    with pytest.raises(Refusal, match="NOT both"):
        desk.create(fields=both)
    assert desk(templates.list_templates).cards == ()


@pytest.mark.parametrize("taken", ["Admissions", "ADMISSIONS", " admissions "])
def test_a_name_is_taken_whatever_its_case(desk, taken):
    desk.create()

    with pytest.raises(Refusal, match="already") as refused:
        desk.create(taken)
    assert refused.value.kind is Kind.CONFLICT
    desk.create("Other")
    with pytest.raises(Refusal, match="already"):
        desk.edit("Other", new_name=taken)


def test_a_template_keeps_its_name_in_another_case(desk):
    desk.create()

    assert desk.edit(new_name="ADMISSIONS").layout.name == "ADMISSIONS"


def test_an_edit_changes_what_was_given_and_nothing_else(desk):
    before = desk.create().layout
    after = desk.edit(dates=DateFormat.ISO).layout

    assert after.date_format is DateFormat.ISO
    assert (after.name, after.format, after.fields) == (before.name, before.format, before.fields)
    everything = desk.edit(
        new_name="Law", format=Format.JSON, fields=FIELDS[:1], spreadsheet_safe=False, bom=True
    ).layout
    assert (everything.name, everything.format, everything.fields) == (
        "Law",
        Format.JSON,
        FIELDS[:1],
    )
    assert (everything.spreadsheet_safe, everything.byte_order_mark) == (False, True)


def test_an_edit_of_nothing_is_refused(desk):
    desk.create()

    with pytest.raises(Refusal, match="Say what to change"):
        desk.edit()


def test_an_edit_is_held_to_the_same_rules(desk):
    desk.create()

    with pytest.raises(Refusal, match="NOT both"):
        desk.edit(fields=[BY_HEADING["postalAddress"], BY_HEADING["addressLine1"]])
    with pytest.raises(Refusal, match="needs a name"):
        desk.edit(new_name="")
    assert desk(templates.show, "Admissions").layout.fields == FIELDS


@pytest.mark.parametrize(
    ("heading", "direction", "order"),
    [
        ("testDate", Direction.UP, ["trfNumber", "testDate", "familyName"]),
        ("trfNumber", Direction.UP, ["trfNumber", "familyName", "testDate"]),
        ("trfNumber", Direction.DOWN, ["familyName", "trfNumber", "testDate"]),
        ("testDate", Direction.DOWN, ["trfNumber", "familyName", "testDate"]),
        ("testDate", Direction.FIRST, ["testDate", "trfNumber", "familyName"]),
        ("trfNumber", Direction.LAST, ["familyName", "testDate", "trfNumber"]),
    ],
)
def test_a_field_moves_one_place_or_to_an_end(desk, heading, direction, order):
    desk.create()

    assert desk.move(heading, direction) == order


def test_a_field_that_was_not_chosen_cannot_move(desk):
    desk.create()

    with pytest.raises(Refusal, match="It has: trfNumber, familyName, testDate") as refused:
        desk.move("gender", Direction.UP)
    assert refused.value.kind is Kind.MISSING


def test_at_most_one_template_is_the_default(desk):
    desk.create("One", default=True)
    desk.create("Two", default=True)
    assert desk.defaults() == ["Two"]
    desk(templates.set_default, "One", now=NOW)
    assert desk.defaults() == ["One"]
    desk.edit("Two", default=True)
    assert desk.defaults() == ["Two"]
    desk.edit("Two", default=False)
    assert desk.defaults() == []
    assert desk(templates.list_templates).standard.is_default


def test_the_default_of_another_organisation_stays(desk, other_desk):
    other_desk.create(default=True)
    desk.create("Mine", default=True)

    assert other_desk.defaults() == ["Admissions"]


def test_the_database_itself_allows_one_default(desk):
    desk.create("One", default=True)
    desk.create("Two")

    with pytest.raises(Exception, match=r"(?i)unique"), desk.database.transaction() as session:
        two = session.exec(select(Template).where(Template.name == "Two")).one()
        two.is_default = True


def test_a_template_of_another_organisation_does_not_exist(desk, other_desk):
    desk.create()

    assert other_desk(templates.list_templates).cards == ()
    for deed in (templates.show, templates.layout_for, templates.template_id):
        with pytest.raises(Refusal) as refused:
            other_desk(deed, "Admissions")
        assert refused.value.kind is Kind.MISSING
    for deed in (templates.edit, templates.delete, templates.set_default):
        with pytest.raises(Refusal) as refused:
            other_desk(deed, "Admissions", now=NOW)
        assert refused.value.kind is Kind.MISSING
    other_desk.create()


def test_an_unknown_name_gets_the_nearest_or_all(desk):
    desk.create()

    with pytest.raises(Refusal, match=r"Did you mean Admissions\?"):
        desk(templates.show, "admisions")
    with pytest.raises(Refusal, match="There are: Admissions, Standard"):
        desk(templates.show, "zzz")


def test_the_built_in_template_is_shown_and_never_changed(desk):
    assert desk(templates.show, "standard").layout == STANDARD
    for deed in (templates.delete, templates.set_default, templates.edit):
        with pytest.raises(Refusal, match="built in"):
            desk(deed, "Standard", now=NOW)
    with pytest.raises(Refusal, match="built-in"):
        desk.create("Standard")


def test_templates_are_listed_by_name_without_case(desk):
    for name in ("beta", "Alpha", "Gamma"):
        desk.create(name)

    names = [one["name"] for one in desk(templates.list_templates).document()["templates"]]
    assert names == ["Alpha", "beta", "Gamma"]


def test_the_own_choice_comes_before_the_default_and_that_before_the_built_in_one(desk):
    assert desk(templates.layout_for, None) == STANDARD
    desk.create("Default", default=True)
    desk.create("Own")
    assert desk(templates.layout_for, None).name == "Default"
    with desk.database.transaction() as session:
        preference = session.get_one(Preference, desk.actor.user_id)
        preference.template_id = templates.template_id(session, desk.actor, "Own")
    assert desk(templates.layout_for, None).name == "Own"
    assert desk(templates.layout_for, "default").name == "Default"
    desk(templates.delete, "Own", now=NOW)
    assert desk(templates.layout_for, None).name == "Default"


def test_a_deleted_template_is_gone_and_its_name_is_free(desk):
    desk.create(default=True)
    assert desk(templates.delete, "admissions", now=NOW).document() == {"deleted": "Admissions"}
    with pytest.raises(Refusal):
        desk(templates.show, "Admissions")
    desk.create()


def test_too_many_templates_are_refused(desk, monkeypatch):
    monkeypatch.setattr(templates, "MOST_TEMPLATES", 1)
    desk.create()

    with pytest.raises(Refusal, match="Delete one first"):
        desk.create("Two")


def test_every_change_is_audited(desk):
    desk.create()
    desk.edit(dates=DateFormat.ISO)
    desk.move("testDate", Direction.FIRST)
    desk(templates.set_default, "Admissions", now=NOW)
    desk(templates.delete, "Admissions", now=NOW)

    with desk.database.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [one.action for one in events] == [
        "template:created",
        "template:edited",
        "template:reordered",
        "template:default",
        "template:deleted",
    ]
    assert {one.subject for one in events} == {"Admissions"}
