"""News for an organisation's Slack channel: counts only, for whoever is in it may read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
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
    """For each organisation that has a channel a post of what came, and one of what changed.

    They are two, since what changed is told in the thread of its own announcement.
    """
    assert arrival.id is not None  # noqa: S101  flushed
    its = select(col(Delivery.organisation_id)).where(_was_changed(arrival.id, arrival.id))
    changed = set(session.scalars(its.distinct()))
    concerned = {*organisations, *changed}
    rows = session.execute(_channels().where(col(SlackChannel.organisation_id).in_(concerned)))
    for organisation_id, channel_id, team_id in rows:
        lane = slack_lane(team_id, channel_id)
        for of_changes, those in ((False, organisations), (True, changed)):
            if organisation_id in those:
                key = f"{_keys(organisation_id, of_changes=of_changes)}{arrival.id}"
                about = {"arrival": arrival.id, "changes": of_changes}
                yield Owed(Channel.SLACK, lane, key, ChannelNews.KIND, about, organisation_id)


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
    if work.row.about.get("changes"):
        return _of_changes(work, organisation_id, after, upto)
    new = _count(work.session, Arrivals(organisation_id, after, upto).condition())
    if not new:
        return NOTHING
    left = waiting(work.session, organisation_id)
    return ChannelNews(new=new, changed=0, waiting=left, after=after, upto=upto)


def _of_changes(
    work: Composition, organisation_id: int, after: int, upto: int
) -> ChannelNews | Unwanted:
    """In the thread of the announcement, where one announced all that has changed."""
    posts = _announcements(work.session, organisation_id, work.row.lane)
    known = max([after, *(last for last, _ in posts)])
    came_with = _changed(work.session, organisation_id, known, after + 1, upto)
    if not came_with:
        return NOTHING
    threads = {_announced_by(posts, arrival_id) for arrival_id in came_with}
    return ChannelNews(
        new=0,
        changed=len(came_with),
        waiting=waiting(work.session, organisation_id),
        after=after,
        upto=upto,
        thread=threads.pop() if len(threads) == 1 else "",
    )


def _announcements(session: Session, organisation_id: int, lane: str) -> list[tuple[int, str]]:
    """The last arrival that each told of, and Slack's id of it, oldest first."""
    c = Outgoing.__table__.c  # type: ignore[attr-defined]
    sent = session.execute(
        select(c.dedupe_key, c.external_id)
        .where(c.lane == lane, c.kind == ChannelNews.KIND, c.fate == Fate.SENT.value)
        .where(~c.dedupe_key.startswith(_keys(organisation_id, of_changes=True)))
        .order_by(c.id)
    )
    return [(_arrival(key), ts) for key, ts in sent]


def _announced_by(posts: list[tuple[int, str]], arrival_id: int) -> str:
    return next((ts for upto, ts in posts if upto >= arrival_id), "")


def _keys(organisation_id: int, *, of_changes: bool) -> str:
    """How the keys of an organisation's posts begin; the arrival's id follows."""
    return f"{ChannelNews.KIND}:{organisation_id}:{'changes:' * of_changes}"


def _alike(work: Composition) -> ColumnElement[bool]:
    """The rows that tell the same organisation of the same: of what came, or of what changed."""
    c = Outgoing.__table__.c  # type: ignore[attr-defined]
    organisation_id = work.row.organisation_id
    assert organisation_id is not None  # noqa: S101  owed so
    changes = c.dedupe_key.startswith(_keys(organisation_id, of_changes=True))
    return and_(
        c.lane == work.row.lane,
        c.kind == ChannelNews.KIND,
        c.organisation_id == organisation_id,
        changes if work.row.about.get("changes") else ~changes,
    )


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
    ready = c.fate == Fate.READY.value
    later = select(c.id).where(_alike(work), ready, c.id > work.row.id)
    return work.session.execute(later.limit(1)).first() is not None


def _told(work: Composition) -> int:
    """The last arrival that a post told of, or may have.

    Where retention has taken that post from the ledger, what is owed since is still there.
    """
    c = Outgoing.__table__.c  # type: ignore[attr-defined]
    alike = select(c.dedupe_key).where(_alike(work))
    told = alike.where(c.fate.in_((Fate.SENT.value, Fate.HELD.value)))
    last = work.session.execute(told.order_by(c.id.desc()).limit(1)).scalar()
    if last is not None:
        return _arrival(last)
    first = work.session.execute(alike.order_by(c.id).limit(1)).scalar()
    return _arrival(first) - 1 if first is not None else 0


def _count(session: Session, which: ColumnElement[bool]) -> int:
    joined = select(func.count()).select_from(Delivery)
    return (
        session.scalar(joined.join(Result, col(Result.id) == Delivery.result_id).where(which)) or 0
    )


def _changed(
    session: Session, organisation_id: int, known: int, first: int, last: int
) -> list[int]:
    """For each changed result that the channel knows of, the arrival that brought it."""
    mine = (col(Delivery.organisation_id) == organisation_id, col(Delivery.arrival_id) <= known)
    came_with = select(col(Delivery.arrival_id)).where(*mine, _was_changed(first, last))
    return list(session.scalars(came_with))


def _was_changed(first: int, last: int) -> ColumnElement[bool]:
    return exists().where(
        col(Change.result_id) == col(Delivery.result_id),
        col(Change.arrival_id).between(first, last),
        col(Delivery.arrival_id) < col(Change.arrival_id),
    )
