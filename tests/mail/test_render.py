from typing import get_args

import pytest
from lxml import etree, html

from core.notices import ChannelNews, Notice, SettingsChanged, SharedChanged
from core.phrases import say
from core.terms import AttachmentPolicy, Language
from mail.render import LETTERS
from mail.tables import text_table
from mail.writing import NOTIFICATIONS, Terms, written
from tests.mail.letters import NOTICES, message, recipient

NEW = next(one for one in NOTICES if one.KIND == "new-result")
OPEN = Terms(AttachmentPolicy.ATTACH, None)


def letter(notice, language=Language.ENGLISH_UK, terms=OPEN):
    return written(message(notice, language=language), recipient(language=language), terms).letter


def test_every_notice_has_a_letter_of_its_kind():
    mailed = [kind for kind in get_args(Notice) if kind not in {ChannelNews, SharedChanged}]

    assert {type(one) for one in NOTICES} == set(mailed)
    for kind in mailed:
        for part in ("subject.txt", "body.txt", "body.html"):
            assert (LETTERS / kind.KIND / part).is_file()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("notice", NOTICES, ids=lambda one: one.KIND)
def test_a_letter_is_whole_in_both_languages(notice, language):
    made = letter(notice, language)

    assert made.subject
    assert "\n" not in made.subject
    assert "Dear Ann," in made.text
    for said in (made.subject, made.text, made.html):
        assert (
            "{"
            not in said.replace("@media (prefers-color-scheme: dark) {", "").partition("<style>")[0]
        )
        assert "None" not in said
    document = html.document_fromstring(made.html)
    assert document.get("lang") == language.value
    assert document.findtext(".//title") == made.subject


@pytest.mark.parametrize("notice", NOTICES, ids=lambda one: one.KIND)
def test_a_table_can_be_read_aloud(notice):
    document = html.document_fromstring(letter(notice).html)

    for table in document.iter("table"):
        assert table.findtext("caption")
        assert all(cell.get("scope") in {"col", "row"} for cell in table.iter("th"))
        assert list(table.iter("th"))


def test_a_letter_keeps_its_colours_apart_for_dark_mode_and_needs_nothing_from_outside():
    made = letter(NOTICES[0])

    assert "prefers-color-scheme: dark" in made.html
    assert 'name="color-scheme"' in made.html
    assert "http" not in made.html.replace("https://bit.ly", "")
    assert "<img" not in made.html


def test_the_subject_names_no_candidate():
    for notice in NOTICES:
        assert "ZOLA" not in letter(notice).subject
        assert "25GB" not in letter(notice).subject


def test_what_people_wrote_is_text_and_never_markup():
    change = say("Template {name} is deleted.", name="<script>alert(`1`)</script>")
    made = letter(SettingsChanged(1, "ann@uni.example", change))

    document = html.document_fromstring(made.html)
    assert list(document.iter("script")) == []
    assert "<script>alert" in "".join(document.itertext())
    assert "<script>" in made.text


def test_american_letters_are_spelt_the_american_way():
    british, american = letter(NEW), letter(NEW, Language.ENGLISH_US)

    assert "Centre:" in british.text
    assert "2 May 1982" in british.text
    assert "Center:" in american.text
    assert "May 2, 1982" in american.text
    assert "<th" in american.html
    assert "Center</th>" in american.html


def test_columns_stand_below_one_another_in_every_script():
    made = text_table([("Name", "Overall"), ("\ubbfc\uc900 \uae40", "6.5"), ("Jo\u0308rg", "7")])

    assert made.splitlines() == ["Name     Overall", "\ubbfc\uc900 \uae40  6.5", "Jo\u0308rg     7"]


def test_html_is_well_formed():
    for notice in NOTICES:
        parser = etree.HTMLParser(recover=True)
        etree.fromstring(letter(notice).html.encode(), parser)
        serious = [e for e in parser.error_log if "Tag" not in e.message]
        assert serious == []


def test_what_is_to_be_typed_is_marked_as_code():
    assert ">help</code>" in letter(NOTICES[0]).html


def test_a_policy_without_data_leaves_names_out_of_text_and_html():
    for policy, passphrase in (
        (AttachmentPolicy.NOTICE, None),
        (AttachmentPolicy.ZIP, None),
        (AttachmentPolicy.ZIP, "x" * 12),
    ):
        for notice in NOTICES:
            if notice.KIND in {one.KIND for one in NOTICES} - NOTIFICATIONS:
                continue
            made = letter(notice, terms=Terms(policy, passphrase))
            assert "ZOLA" not in made.text + made.html
            assert "25GB000595ZOLJS03G" not in made.text + made.html
