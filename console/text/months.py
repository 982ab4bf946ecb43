"""A month in figures as text."""

from __future__ import annotations

from console.text.render import card, text
from core import picture_words
from core.bars import text_bars
from core.monthly_picture import MonthlyPicture
from core.terms import Language


@text.register
def _(answer: MonthlyPicture, language: Language) -> str:
    parts = [
        card(picture_words.title(answer, language), picture_words.facts(answer, language), language)
    ]
    for panel in picture_words.panels(answer, language):
        bars = "\n".join(f"  {line}" for line in text_bars(panel.bars).splitlines())
        parts.append(f"{panel.title}\n{bars}")
    parts += [f"! {note}" for note in picture_words.notes(answer, language)]
    return "\n\n".join(parts)
