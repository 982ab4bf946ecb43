"""Documents are held to the code: run `make docs` when one of these fails."""

import re
from pathlib import Path

import pytest

from console.main import app
from console.reference import commands_page, settings_page
from core.commands.registry import every_command
from core.fields import CATALOGUE
from core.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_the_commands_page_is_the_registry():
    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8") == commands_page()
    for name in every_command():
        assert f"\n## {name}\n" in commands_page()


def test_the_settings_page_is_every_setting():
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_page()
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`RESULTS_{name.upper()}`" in settings_page()


def test_every_heading_of_the_catalogue_is_in_the_page_of_written_files():
    page = (ROOT / "docs/formats-written.md").read_text(encoding="utf-8")

    for field in CATALOGUE:
        for heading in field.headings:
            assert f"`{heading}`" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


def test_every_command_that_the_readme_shows_exists():
    shown = re.findall(r"^\$ results-bot (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    known = {one.name or one.callback.__name__ for one in app.registered_commands}
    known |= {one.name for one in app.registered_groups}

    assert set(shown) <= known
    assert shown
