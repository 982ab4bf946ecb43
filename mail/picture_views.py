"""What the monthly picture's letter shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from core import picture_words
from core.bars import text_bars
from core.monthly_picture import MonthlyPicture
from core.terms import Language


def image_name(picture: MonthlyPicture) -> str:
    """By which the letter's HTML finds its image."""
    return f"month-{picture.month}.png"


def picture_views(language: Language) -> dict[str, Callable[..., Any]]:
    """The words of core.picture_words in one language, for the letter."""
    return {
        "picture_title": partial(picture_words.title, language=language),
        "picture_headline": partial(picture_words.headline, language=language),
        "picture_panels": partial(picture_words.panels, language=language),
        "picture_facts": partial(picture_words.facts, language=language),
        "picture_notes": partial(picture_words.notes, language=language),
        "picture_in_words": partial(picture_words.in_words, language=language),
        "image_name": image_name,
        "text_bars": text_bars,
    }
