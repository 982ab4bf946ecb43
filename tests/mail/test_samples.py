"""Every letter has a sample, and docs/letters.md a picture of it: `make docs` draws it."""

import pytest
from lxml import html

from core.database import Database
from mail.render import LETTERS
from tests.mail.house import MailHouse, body
from tests.mail.samples import SETTINGS, samples
from tests.pages import ROOT

PARTS = {"understood", "note"}
"""What stands within other letters."""

NAMES = sorted({path.name for path in LETTERS.iterdir() if path.is_dir()} - PARTS)


@pytest.fixture
def mails(sqlite_url, tmp_path):
    database = Database(sqlite_url)
    with MailHouse(database, tmp_path, **SETTINGS) as house:
        yield samples(house)
    database.close()


def test_every_letter_has_a_sample_that_is_sent_whole_and_both_languages_have_some(mails):
    assert sorted(mails) == NAMES
    languages = set()
    for name, mail in mails.items():
        page = html.document_fromstring(mail.get_body(["html"]).get_content())
        languages.add(page.get("lang"))
        for said in (body(mail), page.text_content(), mail["Subject"]):
            assert said.strip(), name
            assert "None" not in said, name
    assert languages == {"en-GB", "en-US"}


def test_every_letter_is_in_the_page_of_letters_with_a_picture():
    page = (ROOT / "docs/letters.md").read_text(encoding="utf-8")

    assert sorted(line[4:] for line in page.splitlines() if line.startswith("### ")) == NAMES
    for name in NAMES:
        assert f"](pictures/letters/{name}.png)" in page
        assert (ROOT / f"docs/pictures/letters/{name}.png").is_file(), "run make docs"


def test_no_picture_is_of_a_letter_that_there_is_no_more():
    page = (ROOT / "docs/letters.md").read_text(encoding="utf-8")

    for picture in (ROOT / "docs/pictures/letters").iterdir():
        assert f"/{picture.name})" in page
