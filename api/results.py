"""/v1/results: what was delivered, what it became, and its photo."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from api.answers import answer, picture
from api.documents import ResultDocument, ResultPage
from api.visits import Visitor
from core import audit, delivered
from core.actors import Actor
from core.delivery import require_e_delivery
from core.keys import Scope
from core.trf_numbers import TrfNumber
from core.versions import BEGINNING, MOST, Page, Position, page

router = APIRouter(prefix="/v1/results", tags=["results"])

READ = (Scope.READ,)
USUAL = 100


@router.get("", response_model=ResultPage, operation_id="listResults")
def list_results(
    visitor: Visitor,
    request: Request,
    since: Annotated[
        str | None,
        Query(
            description="The `next` of the page before; none for the beginning.",
            json_schema_extra={"pattern": "^[0-9]{1,9}-[0-9]{1,9}$"},
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
) -> Response:
    """Every version of every result after a cursor, changes included, none twice, in order."""
    start = BEGINNING if since is None else Position.read(since)

    def read(session: Session, actor: Actor) -> tuple[Actor, Page]:
        require_e_delivery(actor)
        return actor, page(session, actor, since=start, most=limit)

    actor, found = visitor.read(READ, read)
    if found.versions:
        with visitor.house.database.transaction() as session:
            audit.record(
                session,
                actor,
                "results:read",
                now=visitor.now,
                subject=str(start),
                versions=len(found.versions),
            )
    document = {
        "results": [one.document() for one in found.versions],
        "next": str(found.next),
        "more": found.more,
    }
    query = urlencode({"since": str(found.next), "limit": limit})
    following = {"Link": f'<{request.url.path}?{query}>; rel="next"'} if found.more else {}
    return answer(request, document, headers=following)


@router.get("/{trf_number}", response_model=ResultDocument, operation_id="showResult")
def show_result(visitor: Visitor, request: Request, trf_number: str) -> Response:
    """One delivered result as it is now."""
    number = TrfNumber.read(trf_number)

    def show(session: Session, actor: Actor) -> delivered.DeliveredResult:
        require_e_delivery(actor)
        return delivered.show(session, actor, number, now=visitor.now)

    return answer(request, visitor.write(READ, show).document())


@router.get(
    "/{trf_number}/photo",
    operation_id="showPhoto",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}}}},
)
def show_photo(visitor: Visitor, request: Request, trf_number: str) -> Response:
    """The photo of a delivered result's candidate."""
    number = TrfNumber.read(trf_number)

    def show(session: Session, actor: Actor) -> tuple[bytes, str]:
        require_e_delivery(actor)
        return delivered.photo(session, actor, number, now=visitor.now)

    return picture(request, *visitor.write(READ, show))
