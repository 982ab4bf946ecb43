"""For whoever watches the service: does it live, can it work, how does it go."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import OperationalError

from api.answers import answer
from api.metrics import MEDIA_TYPE
from api.problems import problem
from core.refusals import Refusal

router = APIRouter(tags=["health"])


@router.get("/healthz", operation_id="isAlive")
async def is_alive(request: Request) -> Response:
    """The process answers."""
    return answer(request, {"status": "ok"})


@router.get("/readyz", operation_id="isReady")
def is_ready(request: Request) -> Response:
    """The database is there, and of the version that this program needs."""
    try:
        request.app.state.house.database.require_current()
    except Refusal as refusal:
        return problem(request, 503, refusal.code, refusal.message)
    except OperationalError:
        detail = "The database cannot be used now."
        return problem(request, 503, "database_unreachable", detail)
    return answer(request, {"status": "ready"})


@router.get("/metrics", operation_id="showMetrics", response_class=PlainTextResponse)
def show_metrics(request: Request) -> Response:
    """For Prometheus: counts and times, nothing of anybody."""
    return Response(request.app.state.metrics.text(), media_type=MEDIA_TYPE)
