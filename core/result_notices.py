"""New and changed results as notices, composed from what the database says when they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlmodel import Session, col

from core.composing import CHANNEL_OFF, Composition, Unwanted, channel_is_off, composes
from core.notices import (
    ChangedResult,
    FieldChange,
    ManyNewResults,
    NewResult,
    ResultsChanged,
    WatchHit,
)
from core.records import COLUMNS, Record, record_of
from core.tables import Arrival, Change, Delivery, Download, Result, Verification, Watch
from core.terms import RELEASED

MOST_SHOWN = 50
"""Results that one notice lists; the file or the history has them all."""

NOTIFICATIONS_OFF = Unwanted("The user has turned notifications off.")
DELETED = Unwanted("The result is past its time and was deleted.")


def notifications_are_off(work: Composition) -> Unwanted | None:
    """Why a user hears nothing of new results, if so. A changed frequency drops nothing owed."""
    if channel_is_off(work):
        return CHANNEL_OFF
    return None if work.somebody().notifications_on else NOTIFICATIONS_OFF


@composes(NewResult.KIND)
def _new_result(work: Composition) -> NewResult | Unwanted:
    if off := notifications_are_off(work):
        return off
    records = _records(work.session, [work.row.about["result"]])
    return NewResult(records[0]) if records else DELETED


@composes(WatchHit.KIND)
def _watch_hit(work: Composition) -> WatchHit | Unwanted:
    if channel_is_off(work):
        return CHANNEL_OFF
    records = _records(work.session, [work.row.about["result"]])
    return WatchHit(records[0]) if records else DELETED


@composes(ManyNewResults.KIND)
def _many(work: Composition) -> ManyNewResults | Unwanted:
    """All after the last that was told alone; up to the end of the hour if that was waited for."""
    if off := notifications_are_off(work):
        return off
    about, d = work.row.about, Delivery
    arrival, until = about["arrival"], about.get("until")
    which = and_(col(d.arrival_id) == arrival, col(d.result_id) > about["after_result"])
    if until is not None:
        came = and_(
            col(Arrival.id) == col(d.arrival_id),
            col(Arrival.arrived_at) < datetime.fromisoformat(until),
        )
        which = or_(which, and_(col(d.arrival_id) > arrival, exists().where(came)))
    return _listed(work, and_(which, col(d.organisation_id) == work.row.organisation_id))


def _listed(work: Composition, which: ColumnElement[bool]) -> ManyNewResults | Unwanted:
    def make() -> ManyNewResults | Unwanted:
        source = select(*COLUMNS).join(Delivery, col(Delivery.result_id) == col(Result.id))
        these = source.where(which, col(Result.status) == RELEASED)
        count = work.session.scalar(select(func.count()).select_from(these.subquery())) or 0
        if not count:
            return DELETED
        rows = work.session.execute(these.order_by(col(Delivery.result_id)).limit(MOST_SHOWN))
        return ManyNewResults(count, tuple(record_of(row) for row in rows))

    about = work.row.about
    return work.once(("many", work.row.organisation_id, *about.items()), make)


@composes(ResultsChanged.KIND)
def _results_changed(work: Composition) -> ResultsChanged | Unwanted:
    if channel_is_off(work):
        return CHANNEL_OFF
    user_id, arrival_id = work.row.user_id, work.row.about["arrival"]
    ids = list(work.session.scalars(_concerning(user_id, arrival_id)))
    if not ids:
        return DELETED
    shown = ids[:MOST_SHOWN]
    changes = _changes(work.session, arrival_id, shown)
    why = _Reliance(work.session, user_id, shown)
    records = {one.result_id: one for one in _records(work.session, shown)}
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


def _records(session: Session, ids: Iterable[int]) -> list[Record]:
    rows = session.execute(select(*COLUMNS).where(col(Result.id).in_(list(ids))))
    return [record_of(row) for row in rows]
