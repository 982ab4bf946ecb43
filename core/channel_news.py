"""News for an organisation's Slack channel: counts only, for whoever is in it may read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlmodel import Session, col

from core.composing import Composition, Unwanted, composes
from core.delivery import waiting
from core.exports.columns import Arrivals
from core.notices import ChannelNews
from core.outbox import Owed
from core.routes import slack_lane
from core.tables import (
    Arrival,
    Change,
    Delivery,
    Outgoing,
    Result,
    SlackChannel,
    SlackInstallation,
)
from core.terms import Channel, Fate

JOINED = Unwanted("It is told together with what came after it.")
NOTHING = Unwanted("What was new is gone, or was told already.")
CHANNEL_CHANGED = Unwanted("The organisation's channel is another one now, or none.")


def channel_news(
    session: Session, arrival: Arrival, organisations: Collection[int]
) -> Iterator[Owed]:
    """One post for each organisation that has a channel and to which something came or changed."""
    assert arrival.id is not None  # noqa: S101  flushed
    changed = select(col(Delivery.organisation_id)).where(_was_changed(arrival.id, arrival.id))
    concerned = {*organisations, *session.scalars(changed.distinct())}
    rows = session.execute(_channels().where(col(SlackChannel.organisation_id).in_(concerned)))
    for organisation_id, channel_id, team_id in rows:
        yield Owed(
            Channel.SLACK,
            slack_lane(team_id, channel_id),
            _key(organisation_id, arrival.id),
            ChannelNews.KIND,
            {"arrival": arrival.id},
            organisation_id,
        )


@composes(ChannelNews.KIND)
def _news(work: Composition) -> ChannelNews | Unwanted:
    """Everything since the last post: where many came at once, the last one tells of all."""
    organisation_id, upto = work.row.organisation_id, work.row.about["arrival"]
    assert organisation_id is not None  # noqa: S101  owed so
    channel = work.session.get(SlackChannel, organisation_id)
    if channel is None or not work.row.lane.endswith(f":{channel.channel_id}"):
        return CHANNEL_CHANGED
    if _another_waits(work):
        return JOINED
    after = max(_told(work), channel.since_arrival_id)
    new = _count(work.session, Arrivals(organisation_id, after, upto).condition())
    came_with = _changed(work.session, organisation_id, after, upto)
    if not (new or came_with):
        return NOTHING
    return ChannelNews(
        new=new,
        changed=len(came_with),
        waiting=waiting(work.session, organisation_id),
        after=after,
        upto=upto,
        concerns=_one_of(came_with) if not new else None,
    )


def announcement(session: Session, lane: str, arrival_id: int) -> str | None:
    """Slack's id of the post that announced an arrival, if there was one."""
    c = Outgoing.__table__.c  # type: ignore[attr-defined]
    sent = session.execute(
        select(c.dedupe_key, c.external_id)
        .where(c.lane == lane, c.kind == ChannelNews.KIND, c.fate == Fate.SENT.value)
        .order_by(c.id)
    )
    return next((ts for key, ts in sent if _arrival(key) >= arrival_id), None)


def _key(organisation_id: int, arrival_id: int) -> str:
    return f"{ChannelNews.KIND}:{organisation_id}:{arrival_id}"


def _arrival(key: str) -> int:
    return int(key.rpartition(":")[2])


def _channels() -> Select[int, str, str]:
    return (
        select(
            col(SlackChannel.organisation_id),
            col(SlackChannel.channel_id),
            col(SlackInstallation.team_id),
        )
        .join(SlackInstallation, col(SlackInstallation.id) == col(SlackChannel.installation_id))
        .where(col(SlackInstallation.revoked_at).is_(None))
        .order_by(col(SlackChannel.organisation_id))
    )


def _another_waits(work: Composition) -> bool:
    c = Outgoing.__table__.c  # type: ignore[attr-defined]
    later = select(c.id).where(
        c.lane == work.row.lane,
        c.kind == ChannelNews.KIND,
        c.fate == Fate.READY.value,
        c.organisation_id == work.row.organisation_id,
        c.id > work.row.id,
    )
    return work.session.execute(later.limit(1)).first() is not None


def _told(work: Composition) -> int:
    """The last arrival that a post told of, or may have."""
    c = Outgoing.__table__.c  # type: ignore[attr-defined]
    told = work.session.execute(
        select(c.dedupe_key)
        .where(
            c.lane == work.row.lane,
            c.kind == ChannelNews.KIND,
            c.organisation_id == work.row.organisation_id,
            c.fate.in_((Fate.SENT.value, Fate.HELD.value)),
        )
        .order_by(c.id.desc())
        .limit(1)
    ).scalar()
    return _arrival(told) if told is not None else 0


def _count(session: Session, which: ColumnElement[bool]) -> int:
    joined = select(func.count()).select_from(Delivery)
    return (
        session.scalar(joined.join(Result, col(Result.id) == Delivery.result_id).where(which)) or 0
    )


def _changed(session: Session, organisation_id: int, after: int, upto: int) -> list[int]:
    """For each changed result of the organisation, the arrival that brought it."""
    mine = col(Delivery.organisation_id) == organisation_id
    return list(
        session.scalars(select(col(Delivery.arrival_id)).where(mine, _was_changed(after + 1, upto)))
    )


def _was_changed(first: int, last: int) -> ColumnElement[bool]:
    return exists().where(
        col(Change.result_id) == col(Delivery.result_id),
        col(Change.arrival_id).between(first, last),
        col(Delivery.arrival_id) < first,
    )


def _one_of(arrivals: list[int]) -> int | None:
    return arrivals[0] if len(set(arrivals)) == 1 else None
