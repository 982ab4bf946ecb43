"""The feed alarm's notices, composed from the sentence that was true when it was owed."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col

from core.composing import CHANNEL_OFF, Composition, Unwanted, channel_is_off, composes
from core.notices import FeedSilent, FeedWell
from core.outbox import owe
from core.phrases import Phrase
from core.routes import routes
from core.tables import User
from core.terms import Role


def tell(
    session: Session, organisation_id: int, sentence: Phrase, *, is_well: bool, now: datetime
) -> int:
    """To the organisation's administrators, by every way that they left on; how many messages."""
    kind = FeedWell.KIND if is_well else FeedSilent.KIND
    administrators = routes(
        session,
        col(User.organisation_id) == organisation_id,
        col(User.role) == Role.ADMINISTRATOR.value,
    )
    key, about = f"{sentence.msgid[:40]}:{now.isoformat()}", {"sentence": sentence.stored()}
    return owe(session, [one.owed(key, kind, about) for one in administrators], now=now)


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
