"""/v1/verifications: look numbers up, and what was looked up before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from api.answers import answer
from api.documents import (
    NUMBER,
    PastVerifications,
    VerificationAnswer,
    VerificationAnswers,
    VerificationAsked,
    VerificationsAsked,
)
from api.visits import Visit, Visitor
from core.actors import Actor
from core.comparison import Claims, read_claims
from core.keys import Scope
from core.live_checks import is_asked
from core.past_look_ups import MOST, PastLookUps, past_look_ups
from core.refusals import usage
from core.sources import live
from core.trf_numbers import TrfNumber
from core.verification_cards import VerificationTable

router = APIRouter(prefix="/v1/verifications", tags=["verifications"])

USUAL = 100
MOST_ID = 2**31 - 1
EXAMPLES = {
    "one": {"value": {"trf_number": NUMBER}},
    "one with claims": {
        "value": {"trf_number": NUMBER, "claims": {"name": "Jane Zola", "overall": "8"}}
    },
    "many": {"value": {"verifications": [{"trf_number": NUMBER}]}},
}


@router.post(
    "",
    response_model=VerificationAnswer | VerificationAnswers,
    operation_id="verify",
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": EXAMPLES}}}},
)
def verify(
    visitor: Visitor, request: Request, asked: VerificationAsked | VerificationsAsked
) -> Response:
    """Look one number up, or many. No match is an answer; unavailable means: ask again later."""
    if isinstance(asked, VerificationAsked):
        (card,) = _verified(visitor, [asked]).cards
        return answer(request, card.document())
    return answer(request, _verified(visitor, asked.verifications).document())


@router.get("", response_model=PastVerifications, operation_id="listVerifications")
def list_verifications(
    visitor: Visitor,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    before: Annotated[int | None, Query(ge=1, le=MOST_ID, description="The `next`.")] = None,
) -> Response:
    """What the organisation looked up, newest first, without the records."""

    def read(session: Session, actor: Actor) -> PastLookUps:
        return past_look_ups(session, actor, limit, before=before)

    found = visitor.read((Scope.READ, Scope.VERIFY), read)
    following = found.lines[-1].id if len(found.lines) == limit else None
    return answer(request, found.document() | {"next": following})


def _verified(visitor: Visit, asked: Sequence[VerificationAsked]) -> VerificationTable:
    numbers = [TrfNumber.read(one.trf_number) for one in asked]
    claims = _claims(numbers, asked)
    if is_asked(visitor.settings):
        actor = visitor.read((Scope.VERIFY,), lambda _, actor: actor)
        live.refresh(visitor.house.database, visitor.settings, actor, numbers, now=visitor.now)
    return visitor.look_up(numbers, claims)


def _claims(
    numbers: Sequence[TrfNumber], asked: Sequence[VerificationAsked]
) -> dict[TrfNumber, Claims | None]:
    claims: dict[TrfNumber, Claims | None] = {}
    for number, one in zip(numbers, asked, strict=True):
        read = read_claims(one.claims.words()) if one.claims is not None else None
        if claims.setdefault(number, read) != read:
            raise usage(
                "claims_differ",
                "{number} is there twice with different claims. Ask one by one.",
                number=number,
            )
    return claims
