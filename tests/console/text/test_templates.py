import console.text.templates as _  # noqa: F401
from console.text.render import text
from core.fields import BY_HEADING
from core.layouts import Layout
from core.phrases import say
from core.template_cards import TemplateCard, TemplateDeleted, TemplateList
from core.terms import DateFormat, Format, Language

UK = Language.ENGLISH_UK
LAYOUT = Layout(
    "Law",
    Format.XML,
    DateFormat.DAY_FIRST,
    (BY_HEADING["trfNumber"], BY_HEADING["photo"]),
)


def test_the_list_ends_with_the_built_in_template():
    assert (
        text(TemplateList((TemplateCard(LAYOUT, is_default=True),)), UK)
        == """\
Template  Default  Format  Dates       Fields
Law       yes      XML     dd/mm/yyyy  2
Standard           CSV     yyyymmdd    26"""
    )
    assert "Standard  yes" in text(TemplateList(()), UK)


def test_a_card_shows_the_header_row_and_the_guides_notes():
    card = TemplateCard(LAYOUT, is_default=False, deed=say("Template created."))

    assert (
        text(card, UK)
        == """\
Template created.
Law
  Default           no
  Format            XML
  Dates             dd/mm/yyyy
  Spreadsheet-safe  yes
  Header row        trfNumber,photo_data,photoMediaType
! Photo appears in the file as encrypted data."""
    )


def test_a_deleted_template_is_named():
    assert text(TemplateDeleted("Law"), UK) == "Template Law is deleted."
