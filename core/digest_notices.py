"""A digest as a notice: what several users are told alike is composed once for all of them."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from core.attached import Enclosure, attached, enclosed
from core.composing import Composition, Unwanted, composes
from core.delivery import contents_of, waiting
from core.exports.columns import Arrivals, Contents, came_between
from core.layouts import Layout
from core.notices import Digest
from core.prepared import Prepared
from core.records import COLUMNS, Record, record_of
from core.result_notices import DELETED, MOST_SHOWN, notifications_are_off
from core.tables import Delivery, Download, Result
from core.templates import preferred_layout
from core.terms import Channel, Frequency


@composes(Digest.KIND)
def _digest(work: Composition) -> Digest | Unwanted:
    if off := notifications_are_off(work):
        return off
    about, person = work.row.about, work.somebody()
    arrived = Arrivals(person.organisation_id, about["after"], about["upto"])
    records = work.once(("records", arrived), lambda: _records(work.session, arrived))
    if not records:
        return DELETED
    layout, by_mail = _layout(work), work.row.channel == Channel.MAIL
    contents = _contents(work, arrived, layout.without_photos() if by_mail else layout)
    enclosure = _enclosure(work, contents, by_mail=by_mail)
    return Digest(
        frequency=Frequency(person.frequency),
        count=about["count"],
        records=records,
        template=contents.layout.name,
        file=None if enclosure is None else enclosure.file,
        download_id=about["download"],
        waiting=work.once(
            ("waiting", person.organisation_id),
            lambda: waiting(work.session, person.organisation_id),
        ),
        rest=() if enclosure is None else enclosure.rest,
        without_photos=layout.has_photos and by_mail,
    )


def _enclosure(work: Composition, contents: Contents, *, by_mail: bool) -> Enclosure | None:
    """The file: Slack takes it whole or not at all."""

    def make() -> Enclosure | None:
        if by_mail:
            return enclosed(work.session, contents)
        file = attached(work.session, contents)
        return None if file is None else Enclosure(file)

    return work.once((by_mail, contents), make)


def _contents(work: Composition, arrived: Arrivals, layout: Layout) -> Contents:
    download_id = work.row.about["download"]
    if download_id is not None:
        return contents_of(work.session.get_one(Download, download_id), layout)
    return Contents(None, layout, work.row.created_at.date(), arrived)


def _layout(work: Composition) -> Layout:
    """The user's own template, or the organisation's: looked up once for all who have it."""
    person = work.somebody()
    mine = person.organisation_id, person.template_id
    return work.once(("layout", *mine), lambda: preferred_layout(work.session, *mine))


_NEWS = Prepared(
    select(*COLUMNS)
    .join(Delivery, col(Delivery.result_id) == col(Result.id))
    .where(came_between(bindparam("organisation_id"), bindparam("after"), bindparam("upto")))
    .order_by(col(Delivery.result_id))
    .limit(bindparam("most"))
)


def _records(session: Session, arrived: Arrivals) -> tuple[Record, ...]:
    values = asdict(arrived) | {"most": MOST_SHOWN}
    return tuple(record_of(row) for row in _NEWS.run(session, values))
