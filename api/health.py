"""For whoever watches the service: does it live, can it work, how does it go."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import OperationalError

from api.answers import answer
from api.metrics import MEDIA_TYPE
from api.problems import problem
from api.visits import House
from core import heartbeats
from core.refusals import Refusal

router = APIRouter(tags=["health"])


@router.get("/healthz", operation_id="isAlive")
async def is_alive(request: Request) -> Response:
    """The process answers."""
    return answer(request, {"status": "ok"})


@router.get("/readyz", operation_id="isReady")
def is_ready(request: Request) -> Response:
    """The database is there, and of the version that this program needs.

    By Socket Mode it also tells whether Slack is heard, without which all else still works.
    """
    house: House = request.app.state.house
    try:
        house.database.require_current()
        return answer(request, {"status": "ready"} | _slack(house))
    except Refusal as refusal:
        return problem(request, 503, refusal.code, refusal.message)
    except OperationalError:
        detail = "The database cannot be used now."
        return problem(request, 503, "database_unreachable", detail)


def _slack(house: House) -> dict[str, str]:
    if house.settings.slack_app_token is None:
        return {}
    with house.database.reading() as session:
        heard = heartbeats.alive(session, heartbeats.SLACK)
    return {"slack": "connected" if heard else "not connected"}


@router.get("/metrics", operation_id="showMetrics", response_class=PlainTextResponse)
def show_metrics(request: Request) -> Response:
    """For Prometheus: counts and times, nothing of anybody."""
    return Response(request.app.state.metrics.text(), media_type=MEDIA_TYPE)
