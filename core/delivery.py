"""New results, downloads, history and re-downloads (guide, HOME and E-DELIVERY tabs)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, update
from sqlmodel import Session, col, select

from core import audit
from core.actors import Actor
from core.contacts import CONTACT, REPRESENTATIVES
from core.exports.columns import Contents
from core.exports.write import MEDIA_TYPES
from core.layouts import Layout, fields_of
from core.phrases import Phrase, counted, say
from core.refusals import forbidden, missing
from core.tables import Change, Delivery, Download, Organisation, Result
from core.templates import layout_for
from core.terms import RELEASED, DateFormat, Format, Service

SHOWN = 5
"""The guide's HOME page lists the last 5 downloads."""
LONGEST_HISTORY = 1000
NAMED_CHANGES = 20


@dataclass(frozen=True, slots=True)
class DownloadLine:
    """One line of the history: when, how many, who, in which template."""

    download_id: int
    downloaded_at: datetime
    records: int
    user: str
    format: str
    template: str

    def document(self) -> dict[str, Any]:
        """The line with its instant in ISO."""
        return {
            "id": self.download_id,
            "downloaded_at": self.downloaded_at.isoformat(),
            "records": self.records,
            "user": self.user,
            "format": self.format,
            "template": self.template,
        }


@dataclass(frozen=True, slots=True)
class ResultsSummary:
    """How many results are new, how many are held back, and the last downloads."""

    new: int
    held: int
    downloads: tuple[DownloadLine, ...]
    notes: tuple[Phrase, ...] = ()

    def document(self) -> dict[str, Any]:
        """`new`, `held` and `downloads`, newest first."""
        return {
            "new": self.new,
            "held": self.held,
            "downloads": [one.document() for one in self.downloads],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class History:
    """The organisation's downloads, newest first."""

    downloads: tuple[DownloadLine, ...]

    def document(self) -> dict[str, Any]:
        """`downloads`, newest first."""
        return {"downloads": [one.document() for one in self.downloads]}


@dataclass(frozen=True, slots=True)
class DownloadReady:
    """A download whose file can be written now from `contents`."""

    contents: Contents
    records: int
    warnings: tuple[Phrase, ...]
    again: bool

    @property
    def filename(self) -> str:
        """A name that tells which download it is, and holds nobody's name."""
        day = self.contents.downloaded_on.isoformat().replace("-", "")
        suffix = self.contents.layout.format.value
        return f"ielts-results-{self.contents.download_id}-{day}.{suffix}"

    @property
    def media_type(self) -> str:
        """As a mail or an upload declares it."""
        return MEDIA_TYPES[self.contents.layout.format]

    def document(self) -> dict[str, Any]:
        """`download`; the surface that writes the file adds where it is."""
        layout = self.contents.layout
        return {
            "download": {
                "id": self.contents.download_id,
                "records": self.records,
                "format": layout.format.value,
                "template": layout.name,
                "filename": self.filename,
                "again": self.again,
            },
            "warnings": list(self.warnings),
        }


def results(session: Session, actor: Actor) -> ResultsSummary:
    """What the HOME page tells."""
    notes = (_CHANGE_ACCOUNT,) if actor.service is Service.VERIFICATION else ()
    return _summary(session, actor, notes)


def history(session: Session, actor: Actor, most: int = SHOWN) -> History:
    """The last downloads, newest first, at most LONGEST_HISTORY."""
    return History(_lines(session, actor, min(most, LONGEST_HISTORY)))


def download(
    session: Session,
    actor: Actor,
    *,
    format: Format | None = None,
    template: str | None = None,
    now: datetime,
) -> DownloadReady | ResultsSummary:
    """Take every new result of the organisation into one download; a summary if none is new.

    Two users at once: the second waits for the first, and each result is in one download.
    """
    _require_e_delivery(actor)
    layout = _formatted(layout_for(session, actor, template), format)
    session.exec(
        select(Organisation.id).where(Organisation.id == actor.organisation_id).with_for_update()
    ).one()
    if not _count(session, actor, released=True):
        return _summary(session, actor, (say("There are no new results to download."),))
    row = _new_download(actor, layout, now)
    session.add(row)
    session.flush()
    row.records = _claim(session, actor, row)
    audit.record(
        session,
        actor,
        "download:created",
        now=now,
        subject=str(row.id),
        records=row.records,
        format=row.format,
        template=row.template_name,
    )
    held = _count(session, actor, released=False)
    return DownloadReady(_contents(row, layout), row.records, _held_notes(held), again=False)


def redownload(
    session: Session,
    actor: Actor,
    download_id: int,
    *,
    format: Format | None = None,
    template: str | None = None,
    now: datetime,
) -> DownloadReady:
    """The same records again; the warnings say which changed, and whether any are gone."""
    _require_e_delivery(actor)
    row = session.get(Download, download_id)
    if row is None or row.organisation_id != actor.organisation_id:
        raise missing(
            "no_such_download",
            "There is no download {id}. `history` lists yours.",
            id=download_id,
        )
    layout = layout_for(session, actor, template) if template is not None else _layout_of(row)
    audit.record(session, actor, "download:repeated", now=now, subject=str(row.id))
    records = _records_left(session, row)
    return DownloadReady(
        _contents(row, _formatted(layout, format)),
        records,
        (*_changes(session, row), *_gone(row.records - records)),
        again=True,
    )


_CHANGE_ACCOUNT = say(
    "Your account is for verification only, so no results are delivered to it. To change your "
    "Verification only account to an E-Delivery account, contact {contact} or your regional "
    "IELTS USA representative ({representatives}).",
    contact=CONTACT,
    representatives=REPRESENTATIVES,
)


def _require_e_delivery(actor: Actor) -> None:
    if actor.service is Service.VERIFICATION:
        raise forbidden("verification_only", _CHANGE_ACCOUNT.msgid, **_CHANGE_ACCOUNT.parts)


def _formatted(layout: Layout, format: Format | None) -> Layout:
    return replace(layout, format=format or layout.format)


def _new_download(actor: Actor, layout: Layout, now: datetime) -> Download:
    return Download(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        user_name=actor.name,
        downloaded_at=now,
        records=0,
        format=layout.format.value,
        template_name=layout.name,
        date_format=layout.date_format.value,
        fields=",".join(one.heading for one in layout.fields),
        spreadsheet_safe=layout.spreadsheet_safe,
        byte_order_mark=layout.byte_order_mark,
    )


def _layout_of(row: Download) -> Layout:
    return Layout(
        row.template_name,
        Format(row.format),
        DateFormat(row.date_format),
        fields_of(row.fields),
        row.spreadsheet_safe,
        row.byte_order_mark,
    )


def _contents(row: Download, layout: Layout) -> Contents:
    assert row.id is not None  # noqa: S101  flushed
    return Contents(row.id, layout, row.downloaded_at.date())


def _claim(session: Session, actor: Actor, row: Download) -> int:
    withheld = exists().where(
        col(Result.id) == col(Delivery.result_id), col(Result.status) != RELEASED
    )
    claimed = session.execute(
        update(Delivery)
        .where(
            col(Delivery.organisation_id) == actor.organisation_id,
            col(Delivery.download_id).is_(None),
            ~withheld,
        )
        .values(download_id=row.id),
        execution_options={"synchronize_session": False},
    )
    return claimed.rowcount  # type: ignore[attr-defined,no-any-return]


def _count(session: Session, actor: Actor, *, released: bool) -> int:
    """New results of the organisation, or those held back for their status."""
    status = col(Result.status) == RELEASED if released else col(Result.status) != RELEASED
    return session.exec(
        select(func.count())
        .select_from(Delivery)
        .join(Result, col(Result.id) == Delivery.result_id)
        .where(
            Delivery.organisation_id == actor.organisation_id,
            col(Delivery.download_id).is_(None),
            status,
        )
    ).one()


def _summary(session: Session, actor: Actor, notes: tuple[Phrase, ...]) -> ResultsSummary:
    held = _count(session, actor, released=False)
    return ResultsSummary(
        _count(session, actor, released=True),
        held,
        _lines(session, actor, SHOWN),
        (*notes, *_held_notes(held)),
    )


def _lines(session: Session, actor: Actor, most: int) -> tuple[DownloadLine, ...]:
    rows = session.exec(
        select(Download)
        .where(Download.organisation_id == actor.organisation_id)
        .order_by(col(Download.downloaded_at).desc(), col(Download.id).desc())
        .limit(most)
    )
    return tuple(
        DownloadLine(
            row.id or 0,
            row.downloaded_at,
            row.records,
            row.user_name,
            row.format,
            row.template_name,
        )
        for row in rows
    )


def _records_left(session: Session, row: Download) -> int:
    return session.exec(
        select(func.count()).select_from(Delivery).where(Delivery.download_id == row.id)
    ).one()


def _changes(session: Session, row: Download) -> tuple[Phrase, ...]:
    """Which of a download's results are no longer what they were."""
    changed = session.exec(
        select(Result.trf_number, Result.status)
        .join(Delivery, col(Delivery.result_id) == Result.id)
        .join(Change, col(Change.result_id) == Result.id)
        .where(Delivery.download_id == row.id, Change.changed_at > row.downloaded_at)
        .distinct()
        .order_by(col(Result.trf_number))
    ).all()
    if not changed:
        return ()
    numbers = ", ".join(number for number, _ in changed[:NAMED_CHANGES])
    return (
        counted(
            len(changed),
            "{n} result has changed since this download: {numbers}.",
            "{n} results have changed since this download: {numbers}.",
            numbers=numbers + "…" * (len(changed) > NAMED_CHANGES),
        ),
        *(
            say("The status of {number} is {status}: its scores are left out.", number=a, status=b)
            for a, b in changed
            if b != RELEASED
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


def _held_notes(held: int) -> tuple[Phrase, ...]:
    if not held:
        return ()
    return (
        counted(
            held,
            "{n} result is held back, because its status is not RELEASED.",
            "{n} results are held back, because their status is not RELEASED.",
        ),
    )
