"""The feed alarm's notices, composed from the sentence that was true when it was owed."""

from __future__ import annotations

from core.composing import CHANNEL_OFF, Composition, Unwanted, channel_is_off, composes
from core.notices import FeedSilent, FeedWell
from core.phrases import Phrase


@composes(FeedSilent.KIND)
def _silent(work: Composition) -> FeedSilent | Unwanted:
    if channel_is_off(work):
        return CHANNEL_OFF
    return FeedSilent(Phrase.restored(work.row.about["sentence"]))


@composes(FeedWell.KIND)
def _well(work: Composition) -> FeedWell | Unwanted:
    if channel_is_off(work):
        return CHANNEL_OFF
    return FeedWell(Phrase.restored(work.row.about["sentence"]))
