"""A digest as a notice: what several users are told alike is composed once for all of them."""

from __future__ import annotations

import io

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.actors import actor_by_id
from core.composing import Composition, Unwanted, composes
from core.delivery import contents_of, file_name
from core.exports.columns import Arrivals, Contents
from core.exports.write import MEDIA_TYPES, write
from core.layouts import Layout
from core.notices import AttachedFile, Digest
from core.records import COLUMNS, Record, record_of
from core.result_notices import DELETED, MOST_SHOWN, notifications_are_off
from core.tables import Delivery, Download, Result
from core.templates import layout_for
from core.terms import RELEASED, Frequency, Surface

MOST_BYTES = 20_000_000
"""Larger files go by no mail; they are downloaded."""


class _TooLargeError(Exception):
    """The file will not be attached."""


@composes(Digest.KIND)
def _digest(work: Composition) -> Digest | Unwanted:
    if off := notifications_are_off(work):
        return off
    user, _ = work.somebody()
    about = work.row.about
    arrived = Arrivals(user.organisation_id, about["after"], about["upto"])
    records = work.once(("records", arrived), lambda: _records(work.session, arrived))
    if not records:
        return DELETED
    contents = _contents(work, arrived)
    preference = work.preference
    return Digest(
        frequency=Frequency(preference.frequency if preference is not None else "daily"),
        count=about["count"],
        records=records,
        template=contents.layout.name,
        file=work.once(contents, lambda: _file(work.session, contents)),
        download_id=about["download"],
        waiting=work.once(
            ("waiting", user.organisation_id), lambda: _waiting(work.session, user.organisation_id)
        ),
    )


def _contents(work: Composition, arrived: Arrivals) -> Contents:
    layout = _layout(work)
    download_id = work.row.about["download"]
    if download_id is not None:
        return contents_of(work.session.get_one(Download, download_id), layout)
    return Contents(None, layout, work.row.created_at.date(), arrived)


def _layout(work: Composition) -> Layout:
    """The user's own template, or the organisation's: looked up once for all who have it."""
    user, _ = work.somebody()
    chosen = work.preference.template_id if work.preference is not None else None

    def look_up() -> Layout:
        actor = actor_by_id(work.session, user.id or 0, Surface.SCHEDULER)
        return layout_for(work.session, actor, None)

    return work.once(("layout", user.organisation_id, chosen), look_up)


def _file(session: Session, contents: Contents) -> AttachedFile | None:
    stream = io.BytesIO()

    def look(_: int) -> None:
        if stream.tell() > MOST_BYTES:
            raise _TooLargeError

    try:
        write(session, contents, stream, progress=look)
    except _TooLargeError:
        return None
    return AttachedFile(file_name(contents), MEDIA_TYPES[contents.layout.format], stream.getvalue())


def _records(session: Session, arrived: Arrivals) -> tuple[Record, ...]:
    source = select(*COLUMNS).join(Delivery, col(Delivery.result_id) == col(Result.id))
    these = source.where(arrived.condition()).order_by(col(Delivery.result_id))
    return tuple(record_of(row) for row in session.execute(these.limit(MOST_SHOWN)))


def _waiting(session: Session, organisation_id: int) -> int:
    new = select(func.count()).select_from(Delivery)
    return (
        session.scalar(
            new.join(Result, col(Result.id) == col(Delivery.result_id)).where(
                col(Delivery.organisation_id) == organisation_id,
                col(Delivery.download_id).is_(None),
                col(Result.status) == RELEASED,
            )
        )
        or 0
    )
