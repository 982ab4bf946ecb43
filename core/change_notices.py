"""Changed results: who is told, in which thread, and how it reads when it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, union
from sqlmodel import Session, col

from core.composing import CHANNEL_OFF, Composition, Unwanted, channel_is_off, composes
from core.notices import ChangedResult, FieldChange, ResultsChanged, SharedChanged
from core.outbox import Owed
from core.result_notices import DELETED, MOST_SHOWN, records_of
from core.routes import Route, routes_of
from core.slack_cards import messages_of, shared_of
from core.tables import Change, Delivery, Download, Result, Verification, Watch
from core.terms import Channel

MOST_THREADS = 5
"""That one arrival is told in to one user: more of them are one story, told in one message."""


def changes_owed(session: Session, arrival_id: int) -> Iterator[Owed]:
    """To everybody who verified, watches or downloaded what is something else now."""
    shown = messages_of(session, arrival_id)
    for route in routes_of(session, _relying(session, arrival_id)):
        by_result = shown.get((route.user_id, route.lane), {})
        yield from _in_threads(session, route, arrival_id, by_result)


def shared_owed(session: Session, arrival_id: int) -> Iterator[Owed]:
    """To the channels in which a verification was shared, under its masked card."""
    for organisation_id, lane, message in shared_of(session, arrival_id):
        yield Owed(
            Channel.SLACK,
            lane,
            f"{SharedChanged.KIND}:{lane}:{message}:{arrival_id}",
            SharedChanged.KIND,
            {"thread": message},
            organisation_id,
        )


@composes(SharedChanged.KIND)
def _shared_changed(work: Composition) -> SharedChanged:
    return SharedChanged(work.row.about["thread"])


def _in_threads(
    session: Session, route: Route, arrival_id: int, by_result: Mapping[int, str]
) -> Iterator[Owed]:
    """Each change under the message that showed what changed, the others in one by itself."""
    threads = _threads(session, route, arrival_id, by_result) if by_result else {}
    rest = threads.pop("", None)
    for thread, ids in threads.items():
        about = {"arrival": arrival_id, "thread": thread, "results": ids}
        yield route.owed(f"{arrival_id}:{thread}", ResultsChanged.KIND, about)
    if not threads or rest:
        about = {"arrival": arrival_id} | ({"results": rest} if threads else {})
        yield route.owed(str(arrival_id), ResultsChanged.KIND, about)


def _threads(
    session: Session, route: Route, arrival_id: int, by_result: Mapping[int, str]
) -> dict[str, list[int]]:
    """The results by message, those without one by ''; none where they are too many."""
    most = _concerning(route.user_id, arrival_id).limit(MOST_SHOWN + 1)
    ids = session.scalars(most).all()
    threads: defaultdict[str, list[int]] = defaultdict(list)
    for result_id in ids:
        threads[by_result.get(result_id, "")].append(result_id)
    is_one_story = len(ids) > MOST_SHOWN or len(threads) > MOST_THREADS
    return {} if is_one_story else dict(threads)


def _relying(session: Session, arrival_id: int) -> list[int]:
    now_changed: ColumnElement[bool] = col(Change.arrival_id) == arrival_id
    verified = (
        select(col(Verification.user_id))
        .join(Change, col(Change.result_id) == col(Verification.result_id))
        .where(now_changed, col(Verification.user_id).is_not(None))
    )
    watching = (
        select(col(Watch.user_id))
        .join(Result, col(Result.trf_number) == col(Watch.trf_number))
        .join(Change, col(Change.result_id) == col(Result.id))
        .where(now_changed)
    )
    downloaded = (
        select(col(Download.user_id))
        .join(Delivery, col(Delivery.download_id) == col(Download.id))
        .join(Change, col(Change.result_id) == col(Delivery.result_id))
        .where(now_changed, col(Download.user_id).is_not(None))
    )
    return list(session.scalars(union(verified, watching, downloaded)))


@composes(ResultsChanged.KIND)
def _results_changed(work: Composition) -> ResultsChanged | Unwanted:
    if channel_is_off(work):
        return CHANNEL_OFF
    about, user_id = work.row.about, work.row.user_id
    arrival_id, only = about["arrival"], about.get("results")
    found = work.session.scalars(_concerning(user_id, arrival_id))
    ids = [one for one in found if only is None or one in only]
    if not ids:
        return DELETED
    shown = ids[:MOST_SHOWN]
    changes = _changes(work.session, arrival_id, shown)
    why = _Reliance(work.session, user_id, shown)
    records = {one.result_id: one for one in records_of(work.session, shown)}
    return ResultsChanged(
        len(ids),
        tuple(
            ChangedResult(
                records[result_id],
                tuple(changes[result_id]),
                result_id in why.verified,
                result_id in why.watched,
                tuple(why.downloads.get(result_id, ())),
            )
            for result_id in shown
        ),
        about.get("thread", ""),
    )


def _concerning(user_id: int | None, arrival_id: int) -> Select[Any]:
    """The results that the arrival changed and that the user relied on."""
    changed = select(col(Change.result_id)).where(col(Change.arrival_id) == arrival_id)
    return (
        changed.join(Result, col(Result.id) == col(Change.result_id))
        .where(or_(_verified(user_id), _watched(user_id), _downloaded(user_id)))
        .distinct()
        .order_by(col(Change.result_id))
    )


def _verified(user_id: int | None) -> ColumnElement[bool]:
    return exists().where(
        col(Verification.result_id) == col(Result.id), col(Verification.user_id) == user_id
    )


def _watched(user_id: int | None) -> ColumnElement[bool]:
    return exists().where(
        col(Watch.trf_number) == col(Result.trf_number), col(Watch.user_id) == user_id
    )


def _downloaded(user_id: int | None) -> ColumnElement[bool]:
    return exists().where(
        col(Delivery.result_id) == col(Result.id),
        col(Download.id) == col(Delivery.download_id),
        col(Download.user_id) == user_id,
    )


class _Reliance:
    """How the user relied on each of some results."""

    def __init__(self, session: Session, user_id: int | None, ids: Sequence[int]) -> None:
        mine = select(col(Result.id)).where(col(Result.id).in_(ids))
        self.verified = set(session.scalars(mine.where(_verified(user_id))))
        self.watched = set(session.scalars(mine.where(_watched(user_id))))
        self.downloads: dict[int, list[int]] = {}
        taken = session.execute(
            select(col(Delivery.result_id), col(Download.id))
            .join(Download, col(Download.id) == col(Delivery.download_id))
            .where(col(Delivery.result_id).in_(ids), col(Download.user_id) == user_id)
        )
        for result_id, download_id in taken:
            self.downloads.setdefault(result_id, []).append(download_id)


def _changes(session: Session, arrival_id: int, ids: Sequence[int]) -> dict[int, list[FieldChange]]:
    found: dict[int, list[FieldChange]] = {one: [] for one in ids}
    rows = session.scalars(
        select(Change)
        .where(col(Change.arrival_id) == arrival_id, col(Change.result_id).in_(ids))
        .order_by(col(Change.id))
    )
    for row in rows:
        found[row.result_id].append(FieldChange(row.field, row.old, row.new))
    return found
