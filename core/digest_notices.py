"""A digest as a notice: what several users are told alike is composed once for all of them."""

from __future__ import annotations

import io

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from core.composing import Composition, Unwanted, composes
from core.delivery import contents_of, file_name
from core.exports.columns import Arrivals, Contents
from core.exports.write import MEDIA_TYPES, write
from core.layouts import Layout
from core.notices import AttachedFile, Digest
from core.prepared import Prepared
from core.records import COLUMNS, Record, record_of
from core.result_notices import DELETED, MOST_SHOWN, notifications_are_off
from core.tables import Delivery, Download, Result
from core.templates import preferred_layout
from core.terms import RELEASED, Frequency

MOST_BYTES = 20_000_000
"""Larger files go by no mail; they are downloaded."""


class _TooLargeError(Exception):
    """The file will not be attached."""


@composes(Digest.KIND)
def _digest(work: Composition) -> Digest | Unwanted:
    if off := notifications_are_off(work):
        return off
    about, person = work.row.about, work.somebody()
    arrived = Arrivals(person.organisation_id, about["after"], about["upto"])
    records = work.once(("records", arrived), lambda: _records(work.session, arrived))
    if not records:
        return DELETED
    contents = _contents(work, arrived)
    return Digest(
        frequency=Frequency(person.frequency),
        count=about["count"],
        records=records,
        template=contents.layout.name,
        file=work.once(contents, lambda: _file(work.session, contents)),
        download_id=about["download"],
        waiting=work.once(
            ("waiting", person.organisation_id),
            lambda: _waiting(work.session, person.organisation_id),
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
    person = work.somebody()
    mine = person.organisation_id, person.template_id
    return work.once(("layout", *mine), lambda: preferred_layout(work.session, *mine))


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


_NEWS = Prepared(
    select(*COLUMNS)
    .join(Delivery, col(Delivery.result_id) == col(Result.id))
    .where(
        col(Delivery.organisation_id) == bindparam("organisation"),
        col(Delivery.arrival_id) > bindparam("after"),
        col(Delivery.arrival_id) <= bindparam("upto"),
        col(Result.status) == RELEASED,
    )
    .order_by(col(Delivery.result_id))
    .limit(bindparam("most"))
)
_WAITING = Prepared(
    select(func.count())
    .select_from(Delivery)
    .join(Result, col(Result.id) == col(Delivery.result_id))
    .where(
        col(Delivery.organisation_id) == bindparam("organisation"),
        col(Delivery.download_id).is_(None),
        col(Result.status) == RELEASED,
    )
)


def _records(session: Session, arrived: Arrivals) -> tuple[Record, ...]:
    values = {
        "organisation": arrived.organisation_id,
        "after": arrived.after,
        "upto": arrived.upto,
        "most": MOST_SHOWN,
    }
    return tuple(record_of(row) for row in _NEWS.run(session, values))


def _waiting(session: Session, organisation_id: int) -> int:
    values = {"organisation": organisation_id}
    waiting: int = _WAITING.run(session, values).fetchone()[0]
    return waiting
