"""results, download, history and redownload."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core import delivery, history, redownloads
from core.actors import Actor
from core.commands.converters import LAST_DOWNLOAD, DownloadId
from core.commands.registry import command
from core.delivery import DownloadReady, ResultsSummary
from core.history import History
from core.terms import Format


@command("results", examples=["results"])
def results(session: Session, actor: Actor) -> ResultsSummary:
    """Show how many results are new, and the last five downloads."""
    return delivery.results(session, actor)


@command(
    "download",
    examples=["download", "download xml", 'download template="Admissions"', "download photos=yes"],
)
def download(
    session: Session,
    actor: Actor,
    format: Format | None = None,
    *,
    template: str | None = None,
    photos: bool | None = None,
    now: datetime,
) -> DownloadReady | ResultsSummary:
    """Download all new results; afterwards they are not new."""
    return delivery.download(
        session, actor, format=format, template=template, photos=photos, now=now
    )


@command("history", examples=["history", "history 50"])
def show_history(session: Session, actor: Actor, n: int = history.SHOWN) -> History:
    """List the last downloads with their date, records and user."""
    return history.history(session, actor, n)


@command("redownload", examples=["redownload 42", "redownload 42 xml", "redownload last"])
def redownload(
    session: Session,
    actor: Actor,
    id: DownloadId,
    format: Format | None = None,
    *,
    template: str | None = None,
    photos: bool | None = None,
    now: datetime,
) -> DownloadReady:
    """Fetch an earlier download again, with the same records."""
    wanted = None if id == LAST_DOWNLOAD else id
    return redownloads.redownload(
        session, actor, wanted, format=format, template=template, photos=photos, now=now
    )
