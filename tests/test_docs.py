"""Documents are held to the code: run `make docs` when one of these fails."""

import re

import pytest
from sqlmodel import SQLModel

from console.main import EXIT_CODES, app
from console.reference.__main__ import PAGES
from core.commands.registry import every_command
from core.fields import CATALOGUE
from core.settings import Settings
from core.tables import Result as _  # noqa: F401  declares the tables
from tests.pages import ROOT

WITHOUT_PEOPLE = {
    "api_key",
    "feed",
    "file_policy",
    "first_arrival",
    "look_up_count",
    "organisation",
    "request_count",
    "slack_channel",
    "slack_claim",
    "slack_code",
    "slack_installation",
    "template",
    "tick_run",
    "webhook_endpoint",
    "worker",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_code_is_as_the_code_is(name):
    assert read(f"docs/{name}") == PAGES[name]()


def test_every_command_setting_and_address_has_its_place():
    for name in every_command():
        assert f"\n## {name}\n" in read("docs/commands.md")
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`RESULTS_{name.upper()}`" in read("docs/settings.md")
    for code in EXIT_CODES.values():
        assert f"\n| {code} | " in read("docs/command-line.md")
    for call in ("GET /v1/results", "POST /v1/verifications", "POST /v1/downloads", "GET /readyz"):
        assert f"\n## {call}\n" in read("docs/rest.md")


def test_every_heading_of_the_catalogue_is_in_the_page_of_written_files():
    page = read("docs/formats-written.md")

    for field in CATALOGUE:
        for heading in field.headings:
            assert f"`{heading}`" in page


def test_every_table_that_can_hold_something_of_a_person_is_on_the_data_protection_page():
    kept = SQLModel.metadata.tables.keys() - WITHOUT_PEOPLE

    page = read("docs/data-protection.md")
    assert [name for name in sorted(kept) if f"`{name}`" not in page] == []
    assert set(SQLModel.metadata.tables) >= WITHOUT_PEOPLE


def test_every_command_that_the_readme_shows_exists():
    shown = re.findall(r"^\$ results-bot (\w+)", read("README.md"), re.MULTILINE)
    known = {one.name or one.callback.__name__ for one in app.registered_commands}
    known |= {one.name for one in app.registered_groups}

    assert set(shown) <= known
    assert shown


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")
