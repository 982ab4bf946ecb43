"""The monthly picture as a letter: charts in a PNG, and the same in words and tables."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from core import picture_words
from core.monthly_picture import MonthlyPicture
from core.notices import AttachedFile
from core.picture_words import Panel
from core.terms import Language
from core.transports import Recipient
from mail.drawing import drawn
from mail.picture_views import image_name
from mail.render import Fragment, fragment, subject
from mail.writing import Terms, Written, in_frame, writes

KIND = MonthlyPicture.KIND

Stored = dict[str, Any]
"""A chart as the ledger holds it."""


@writes(KIND)
def _write(picture: MonthlyPicture, recipient: Recipient, _: Terms) -> Written:
    language = recipient.language
    title = subject(KIND, language, answer=picture)
    return Written(in_frame(title, [_fragment(picture, language)], KIND, recipient))


@lru_cache(maxsize=8)
def _fragment(picture: MonthlyPicture, language: Language) -> Fragment:
    """What colleagues are told alike is rendered once."""
    made = fragment(KIND, language, answer=picture)
    return replace(made, images=images(stored_chart(picture, language)))


def stored_chart(picture: MonthlyPicture, language: Language) -> Stored:
    """The chart that goes with the picture's letter, drawn when it leaves."""
    shown = picture_words.panels(picture, language)
    return {
        "name": image_name(picture),
        "title": picture_words.title(picture, language),
        "panels": [[one.title, one.heads, one.bars] for one in shown],
    }


def images(stored: Stored) -> tuple[AttachedFile, ...]:
    """The PNG of a chart, if there is anything to draw."""
    panels = tuple(
        Panel(title, (heads[0], heads[1]), tuple((label, count) for label, count in bars))
        for title, heads, bars in stored["panels"]
    )
    if not panels:
        return ()
    return (AttachedFile(stored["name"], "image/png", drawn(stored["title"], panels)),)
