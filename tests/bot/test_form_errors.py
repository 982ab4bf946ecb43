"""Whatever is wrong with a form is said at the input that is wrong."""

import pytest

from tests.bot.test_forms import built, chosen, submitted, text, ticked
from tests.bot.world import ANN, world
from tests.intake.shapes import number


@pytest.fixture
def ann(sqlite_url):
    with world(sqlite_url, "http") as made:
        made.link(ANN)
        made.types(ANN, "/ielts", 'templates create "Mine" format=csv dates=dd/mm/yyyy fields=town')
        yield made


def filled(desk, name):
    """The form, and values that are all right."""
    before = desk.modals()
    click = {"type": "button", "action_id": f"open:{name}", "value": f"open:{name}"}
    desk.slack.click(ANN, desk.types(ANN, "/results"), click)
    view = desk.view(before)
    return view, RIGHT[name] | {"copies": a_file(desk)} if name == "report" else RIGHT[name]


def a_file(desk, name="form.pdf", data=b"%PDF-1.7 a copy", **changes):
    uploaded = desk.slack.uploads(ANN, name, data) | changes
    return {"type": "file_input", "files": [uploaded]}


RIGHT = {
    "verify": {
        "numbers": text(number(1)),
        **{name: text("") for name in ("name", "overall", "listening", "reading")},
        **{name: text("") for name in ("writing", "speaking")},
        "dob": {"type": "datepicker", "selected_date": None},
        "date": {"type": "datepicker", "selected_date": None},
        "module": {"type": "static_select", "selected_option": None},
    },
    "user": {
        "role": ticked(),
        "first": text("Cy"),
        "family": text("Day"),
        "email": text("cy@uni.example"),
    },
    "notifications": {
        "on": chosen("on"),
        "frequency": chosen("weekly"),
        "time": {"type": "timepicker", "selected_time": "14:05"},
        "day": chosen("friday"),
        "timezone": text("Europe/London"),
        "ways": ticked("slack"),
        "template": chosen("Mine"),
        "email": text(""),
    },
    "report": {"number": text(number(1))},
    "download": {"template": chosen("Mine"), "format": chosen("-")},
    "template": {
        "default": ticked(),
        "name": text("Other"),
        "format": chosen("csv"),
        "dates": chosen("dd/mm/yyyy"),
        "add#0": {"type": "static_select", "selected_option": None},
    },
}

WRONG = [
    ("verify", "numbers", text("12½")),
    ("verify", "numbers", text("  ")),
    ("verify", "numbers", text("1" * 30)),
    ("verify", "name", text("---")),
    *(("verify", band, text("11")) for band in ("overall", "listening", "reading")),
    *(("verify", band, text("x")) for band in ("writing", "speaking")),
    ("verify", "module", chosen("K")),
    ("user", "first", text("  ")),
    ("user", "family", text("  ")),
    ("user", "email", text("  ")),
    ("user", "first", text("x" * 300)),
    ("user", "family", text("x" * 300)),
    ("user", "family", text("a\x07b")),
    ("user", "email", text("cy")),
    ("user", "email", text("bo@uni.example")),
    ("notifications", "timezone", text("  ")),
    ("notifications", "timezone", text("Mars")),
    ("notifications", "email", text("x@")),
    ("notifications", "time", {"type": "timepicker", "selected_time": "25:00"}),
    ("notifications", "day", chosen("someday")),
    ("notifications", "template", chosen("Gone")),
    ("report", "number", text("  ")),
    ("report", "number", text("12½")),
    ("download", "template", chosen("Gone")),
    ("download", "format", chosen("doc")),
    ("template", "name", text("  ")),
    ("template", "name", text("Mine")),
    ("template", "name", text("Standard")),
]


@pytest.mark.parametrize(("form", "block", "value"), WRONG)
def test_a_slip_is_shown_at_its_own_input(ann, form, block, value):
    view, right = filled(ann, form)
    if form == "template":
        view = built(ann, view, "trfNumber")
        right = {"add#1" if name == "add#0" else name: one for name, one in right.items()}

    errors = submitted(ann, view, **right | {block: value})

    assert list(errors) == [block], errors


def test_a_template_without_fields_says_so_where_fields_are_added(ann):
    view, right = filled(ann, "template")

    assert list(submitted(ann, view, **right)) == ["add#0"]


@pytest.mark.parametrize(
    "changes",
    [
        {"data": b"a letter"},
        {"size": 1 << 40},
        {"url_private_download": "http://127.0.0.1:1/gone"},
    ],
    ids=["not a picture", "too large", "cannot be fetched"],
)
def test_a_copy_that_cannot_be_taken_is_said_at_the_copies_and_the_form_is_kept(ann, changes):
    view, right = filled(ann, "report")

    errors = submitted(ann, view, **right | {"copies": a_file(ann, **changes)})

    assert list(errors) == ["copies"]


def test_too_many_codes_to_an_address_are_said_at_the_address(ann, monkeypatch):
    monkeypatch.setattr("core.confirmation.MOST_CODES", 0)
    view, right = filled(ann, "notifications")

    errors = submitted(ann, view, **right | {"email": text("office@uni.example")})

    assert list(errors) == ["email"]
