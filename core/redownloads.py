"""Earlier downloads fetched again, and what has become of their results (guide, E-DELIVERY tab)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, exists, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core import audit
from core.actors import Actor
from core.delivery import DownloadReady, as_sent, asked_for, contents_of, require_e_delivery
from core.layouts import Layout, fields_of
from core.phrases import Phrase, counted, say
from core.refusals import missing
from core.tables import Change, Delivery, Download, Result
from core.templates import layout_for
from core.terms import RELEASED, DateFormat, Format

MOST_NAMED = 20
"""How many results are named in an answer; a mass correction can concern tens of thousands."""


def redownload(
    session: Session,
    actor: Actor,
    download_id: int | None,
    *,
    format: Format | None = None,
    template: str | None = None,
    photos: bool | None = None,
    now: datetime,
) -> DownloadReady:
    """The same records again; the warnings say which changed, and whether any are gone.

    None stands for the actor's last download, or where they have none for a colleague's.
    """
    require_e_delivery(actor)
    row = _last(session, actor) if download_id is None else _download(session, actor, download_id)
    layout = _layout_of(row) if template is None else layout_for(session, actor, template)
    layout, notes = as_sent(actor, asked_for(layout, format, photos), photos, row)
    records = _records_left(session, row)
    audit.record(
        session,
        actor,
        "download:repeated",
        now=now,
        subject=str(row.id),
        records=records,
        format=layout.format.value,
        template=layout.name,
    )
    warnings = (
        *_changed(session, row),
        *_withheld(session, row),
        *_gone(row.records - records),
        *notes,
    )
    return DownloadReady(contents_of(row, layout), records, warnings, again=True)


def _download(session: Session, actor: Actor, download_id: int) -> Download:
    row = session.exec(
        select(Download).where(
            Download.organisation_id == actor.organisation_id, Download.id == download_id
        )
    ).first()
    if row is None:
        raise missing(
            "no_such_download",
            "There is no download {id}. `history` lists yours.",
            id=download_id,
        )
    return row


def _last(session: Session, actor: Actor) -> Download:
    own = select(Download).where(Download.organisation_id == actor.organisation_id)
    mine = case((col(Download.user_id) == actor.user_id, 0), else_=1)
    row = session.exec(own.order_by(mine, col(Download.id).desc()).limit(1)).first()
    if row is None:
        raise missing(
            "nothing_downloaded",
            "Nothing has been downloaded yet. `download` gives you the new results.",
        )
    return row


def _layout_of(row: Download) -> Layout:
    return Layout(
        row.template_name,
        Format(row.format),
        DateFormat(row.date_format),
        fields_of(row.fields),
        row.spreadsheet_safe,
        row.byte_order_mark,
    )


def _records_left(session: Session, row: Download) -> int:
    return session.exec(
        select(func.count()).select_from(Delivery).where(Delivery.download_id == row.id)
    ).one()


def _changed(session: Session, row: Download) -> tuple[Phrase, ...]:
    """Which results are no longer what they were.

    By id for changes of the same instant, by time for a load that began before and ended after.
    """
    since = or_(col(Change.id) > row.last_change_id, col(Change.changed_at) > row.downloaded_at)
    changed = exists().where(col(Change.result_id) == col(Result.id), since)
    n, named = _some(session, _of(row).where(changed))
    if not n:
        return ()
    return (
        counted(
            n,
            "{n} result has changed since this download: {numbers}.",
            "{n} results have changed since this download: {numbers}.",
            numbers=_listed([number for number, _ in named], n),
        ),
    )


def _withheld(session: Session, row: Download) -> tuple[Phrase, ...]:
    n, named = _some(session, _of(row).where(col(Result.status) != RELEASED))
    if not n:
        return ()
    return (
        counted(
            n,
            "{n} result is no longer RELEASED, so its scores are left out: {numbers}.",
            "{n} results are no longer RELEASED, so their scores are left out: {numbers}.",
            numbers=_listed([f"{number} ({status})" for number, status in named], n),
        ),
    )


def _gone(n: int) -> tuple[Phrase, ...]:
    if not n:
        return ()
    return (
        counted(
            n,
            "{n} result of this download is past its time and was deleted.",
            "{n} results of this download are past their time and were deleted.",
        ),
    )


def _of(row: Download) -> Select[str, str]:
    return (
        select(Result.trf_number, Result.status)
        .join(Delivery, col(Delivery.result_id) == Result.id)
        .where(Delivery.download_id == row.id)
    )


def _some(session: Session, statement: Select[str, str]) -> tuple[int, list[tuple[str, str]]]:
    """How many there are, and the first of them."""
    n = session.exec(select(func.count()).select_from(statement.subquery())).one()
    first = session.exec(statement.order_by(col(Result.trf_number)).limit(MOST_NAMED)) if n else ()
    return n, [(number, status) for number, status in first]


def _listed(named: list[str], n: int) -> str | Phrase:
    listed = ", ".join(named)
    if n == len(named):
        return listed
    return say("{listed} and {n} more", listed=listed, n=n - len(named))
