"""New results and their download (guide, HOME tab)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, update
from sqlmodel import Session, col, select

from core import audit
from core.actors import Actor
from core.endpoints import has_any
from core.exports.columns import Contents
from core.exports.write import MEDIA_TYPES
from core.history import CHANGE_ACCOUNT, SHOWN, DownloadLine, account_notes, last_downloads
from core.layouts import Layout, joined_headings
from core.phrases import Phrase, counted, say
from core.prepared import Prepared
from core.refusals import Kind, Refusal
from core.statements import affected
from core.tables import Change, Delivery, Download, Result
from core.templates import layout_for
from core.terms import RELEASED, Format, Service, Surface
from core.turns import wait_for_turn


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
            "warnings": list(self.notes),
        }


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
        return file_name(self.contents)

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


_NEW = Prepared(
    select(func.count())
    .select_from(Delivery)
    .join(Result, col(Result.id) == col(Delivery.result_id))
    .where(
        col(Delivery.organisation_id) == bindparam("organisation"),
        col(Delivery.download_id).is_(None),
        col(Result.status) == RELEASED,
    )
)


def waiting(session: Session, organisation_id: int) -> int:
    """How many of the organisation's results nobody has downloaded yet."""
    count: int = _NEW.run(session, {"organisation": organisation_id}).fetchone()[0]
    return count


def file_name(contents: Contents) -> str:
    """By download, or `new` where nothing was downloaded, and day."""
    day = contents.downloaded_on.isoformat().replace("-", "")
    which = contents.download_id or "new"
    part = contents.part
    place = "" if part is None else f"-part-{part.number}-of-{part.of}"
    return f"ielts-results-{which}-{day}{place}.{contents.layout.format.value}"


def results(session: Session, actor: Actor) -> ResultsSummary:
    """What the HOME page tells."""
    return _summary(session, actor, account_notes(actor))


def download(
    session: Session,
    actor: Actor,
    *,
    format: Format | None = None,
    template: str | None = None,
    photos: bool | None = None,
    now: datetime,
) -> DownloadReady | ResultsSummary:
    """Take every new result of the organisation into one download; a summary if none is new.

    Two users at once: the second waits for the first, and each result is in one download.
    """
    require_e_delivery(actor)
    layout = asked_for(layout_for(session, actor, template), format, photos)
    wait_for_turn(session, actor)
    row = _download(session, actor, layout, now)
    session.add(row)
    session.flush()
    row.records = _claim(session, actor, row)
    if not row.records:
        session.delete(row)
        session.flush()
        return _summary(session, actor, (say("There are no new results to download."),))
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
    if has_any(session, actor.organisation_id):
        from core.webhooks import owe_download  # the command line starts without it

        owe_download(session, row, now=now)
    _, held = _new_and_held(session, actor)
    layout, notes = as_sent(actor, layout, photos, row)
    contents = contents_of(row, layout)
    return DownloadReady(contents, row.records, (*_held_notes(held), *notes), again=False)


def asked_for(layout: Layout, format: Format | None, photos: bool | None) -> Layout:
    """The layout with what was asked for instead of what the template says."""
    layout = replace(layout, format=format or layout.format)
    if photos is None:
        return layout
    return layout.with_photos() if photos else layout.without_photos()


def as_sent(
    actor: Actor, layout: Layout, photos: bool | None, row: Download
) -> tuple[Layout, tuple[Phrase, ...]]:
    """What leaves the house: photos are left out of mail unless somebody asked for them."""
    if photos or actor.surface is not Surface.MAIL or not layout.has_photos:
        return layout, ()
    note = say(
        "Photos are left out of files by mail. `redownload {id} photos=yes` brings them.",
        id=row.id,
    )
    return layout.without_photos(), (note,)


def require_e_delivery(actor: Actor) -> None:
    """Raise Refusal for an account that is for verification only, with how to change it."""
    if actor.service is Service.VERIFICATION:
        raise Refusal(Kind.FORBIDDEN, "verification_only", CHANGE_ACCOUNT)


def contents_of(row: Download, layout: Layout) -> Contents:
    """What the file of a download holds when written in this layout."""
    assert row.id is not None  # noqa: S101  flushed
    return Contents(row.id, layout, row.downloaded_at.date())


def _download(session: Session, actor: Actor, layout: Layout, now: datetime) -> Download:
    return Download(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        user_name=actor.name,
        downloaded_at=now,
        records=0,
        format=layout.format.value,
        template_name=layout.name,
        date_format=layout.date_format.value,
        fields=joined_headings(layout.fields),
        spreadsheet_safe=layout.spreadsheet_safe,
        byte_order_mark=layout.byte_order_mark,
        last_change_id=session.exec(select(func.max(Change.id))).one() or 0,
    )


def _claim(session: Session, actor: Actor, row: Download) -> int:
    """Mark all new results as this download's; give their number."""
    withheld = exists().where(
        col(Result.id) == col(Delivery.result_id), col(Result.status) != RELEASED
    )
    claim = update(Delivery).where(
        col(Delivery.organisation_id) == actor.organisation_id,
        col(Delivery.download_id).is_(None),
        ~withheld,
    )
    return affected(session, claim.values(download_id=row.id))


def _summary(session: Session, actor: Actor, notes: tuple[Phrase, ...]) -> ResultsSummary:
    new, held = _new_and_held(session, actor)
    return ResultsSummary(
        new,
        sum(held.values()),
        last_downloads(session, actor, SHOWN),
        (*notes, *_held_notes(held)),
    )


def _new_and_held(session: Session, actor: Actor) -> tuple[int, Mapping[str, int]]:
    """How many results are new, and how many are held back by their status."""
    counts = dict(
        session.exec(
            select(Result.status, func.count())
            .join(Delivery, col(Delivery.result_id) == Result.id)
            .where(
                Delivery.organisation_id == actor.organisation_id,
                col(Delivery.download_id).is_(None),
            )
            .group_by(Result.status)
        ).all()
    )
    return counts.pop(RELEASED, 0), counts


def _held_notes(held: Mapping[str, int]) -> tuple[Phrase, ...]:
    if not held:
        return ()
    return (
        counted(
            sum(held.values()),
            "{n} result is held back, because its status is not RELEASED: {statuses}.",
            "{n} results are held back, because their status is not RELEASED: {statuses}.",
            statuses=", ".join(sorted(held)),
        ),
    )
