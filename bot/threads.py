"""In which thread a change is told: under the message that told of what changed."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session

from core.channel_news import announcement
from core.notices import ChannelNews, NewResult, ResultsChanged
from core.tables import Outgoing
from core.terms import Channel, Fate
from core.transports import Message


def thread_of(session: Session, message: Message) -> str | None:
    """Slack's id of that message, None where there was none, or where there were several."""
    notice = message.notice
    if isinstance(notice, ChannelNews) and notice.concerns is not None:
        return announcement(session, message.lane, notice.concerns)
    if isinstance(notice, ResultsChanged) and notice.count == 1 and message.recipient is not None:
        (changed,) = notice.results
        return _told_of(session, message.recipient.user_id, changed.record.result_id)
    return None


def _told_of(session: Session, user_id: int, result_id: int) -> str | None:
    """The direct message in which the result was new; its key ends with result and channel."""
    c = Outgoing.__table__.c  # type: ignore[attr-defined]
    found = session.execute(
        select(c.external_id)
        .where(
            c.user_id == user_id,
            c.kind == NewResult.KIND,
            c.fate == Fate.SENT.value,
            c.dedupe_key.endswith(f":{result_id}:{Channel.SLACK.value}", autoescape=True),
        )
        .order_by(c.id.desc())
        .limit(1)
    ).scalar()
    return found or None
