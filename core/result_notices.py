"""New results as notices, composed from what the database says when they are sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlmodel import Session, col

from core.composing import CHANNEL_OFF, Composition, Unwanted, channel_is_off, composes
from core.notices import ManyNewResults, NewResult, WatchHit
from core.records import COLUMNS, Record, record_of
from core.tables import Arrival, Delivery, Result
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
    records = records_of(work.session, [work.row.about["result"]])
    return NewResult(records[0]) if records else DELETED


@composes(WatchHit.KIND)
def _watch_hit(work: Composition) -> WatchHit | Unwanted:
    if channel_is_off(work):
        return CHANNEL_OFF
    records = records_of(work.session, [work.row.about["result"]])
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


def records_of(session: Session, ids: Iterable[int]) -> list[Record]:
    """The records that there still are."""
    rows = session.execute(select(*COLUMNS).where(col(Result.id).in_(list(ids))))
    return [record_of(row) for row in rows]
