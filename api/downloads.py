"""/v1/downloads: take new results, and fetch what was taken, as often as wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import Session

from api.answers import PRIVATE, answer
from api.documents import DownloadAnswer, DownloadAsked, DownloadPage
from api.visits import Visit, Visitor
from core import delivery, history, redownloads
from core.actors import Actor
from core.delivery import DownloadReady, ResultsSummary
from core.exports.columns import Contents
from core.exports.write import MEDIA_TYPES, pieces
from core.keys import Scope
from core.terms import Format

router = APIRouter(prefix="/v1/downloads", tags=["downloads"])

MOST_ID = 2**31 - 1
"""The database's own."""

Name = Annotated[str | None, Query(max_length=100, description="A template's name.")]


@router.get("", response_model=DownloadPage, operation_id="listDownloads")
def list_downloads(
    visitor: Visitor,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=history.LONGEST_HISTORY)] = 20,
    before: Annotated[int | None, Query(ge=1, le=MOST_ID, description="The `next`.")] = None,
) -> Response:
    """The organisation's downloads, newest first."""

    def read(session: Session, actor: Actor) -> history.History:
        return history.history(session, actor, limit, before=before)

    found = visitor.read((Scope.READ,), read)
    lines = [one.document() for one in found.downloads]
    following = lines[-1]["id"] if len(lines) == limit else None
    return answer(request, {"downloads": lines, "next": following})


@router.post(
    "",
    response_model=DownloadAnswer,
    operation_id="createDownload",
    status_code=201,
    responses={200: {"model": DownloadAnswer, "description": "Nothing was new"}},
)
def create_download(visitor: Visitor, request: Request, asked: DownloadAsked) -> Response:
    """Take every new result into one download; afterwards they are not new."""

    def take(session: Session, actor: Actor) -> DownloadReady | ResultsSummary:
        return delivery.download(
            session, actor, format=asked.format, template=asked.template, now=visitor.now
        )

    made = visitor.write((Scope.WRITE,), take)
    if isinstance(made, ResultsSummary):
        return answer(request, {"download": None, "warnings": list(made.notes)})
    place = f"{request.url.path}/{made.contents.download_id}/content"
    return answer(request, made.document(), status=201, headers={"Location": place})


@router.get(
    "/{download_id}/content",
    operation_id="fetchDownload",
    response_class=StreamingResponse,
    responses={200: {"content": {one: {} for one in MEDIA_TYPES.values()}}},
)
def fetch_download(
    visitor: Visitor,
    request: Request,  # noqa: ARG001  every address takes it
    download_id: Annotated[int, Path(ge=1, le=MOST_ID)],
    format: Format | None = None,
    template: Name = None,
) -> Response:
    """The file of a download, made as it is sent: the same records each time."""

    def fetch(session: Session, actor: Actor) -> DownloadReady:
        return redownloads.redownload(
            session, actor, download_id, format=format, template=template, now=visitor.now
        )

    ready = visitor.write((Scope.READ,), fetch)
    headers = PRIVATE | {
        "Content-Disposition": f'attachment; filename="{ready.filename}"',
        "X-Records": str(ready.records),
    }
    return StreamingResponse(
        _streamed(visitor, ready.contents), headers=headers, media_type=ready.media_type
    )


def _streamed(visitor: Visit, contents: Contents) -> Iterator[bytes]:
    """For a program, so nothing is written in a spreadsheet's way (IELTS-API.md)."""
    plain = replace(contents, layout=replace(contents.layout, spreadsheet_safe=False))
    with visitor.house.database.reading() as session:
        yield from pieces(session, plain)
