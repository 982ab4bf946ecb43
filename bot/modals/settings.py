"""Start page and language."""

from __future__ import annotations

from bot.blocks.kit import Reader
from bot.modals.form import Form, Submitted, View, choice, entry, modal
from core.phrases import say
from core.preference_cards import SettingsCard
from core.wording import LANGUAGES, START_PAGES


def view(reader: Reader, card: SettingsCard) -> View:
    """As they are now."""
    pages = {one.value: text for one, text in START_PAGES.items()}
    languages = {one.value: text for one, text in LANGUAGES.items()}
    blocks = [
        entry(
            "start", say("Start Page"), choice("radio_buttons", pages, reader, card.start), reader
        ),
        entry(
            "language",
            say("Language"),
            choice("static_select", languages, reader, card.language),
            reader,
        ),
    ]
    return modal(FORM, reader, blocks, say("Update"))


def _line(form: Submitted) -> str:
    return f"settings start={form.chosen('start')} language={form.chosen('language')}"


FORM = Form("settings", say("Settings"), _line, otherwise="start")
