"""Every no as problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any
from uuid import uuid4

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from core.refusals import Kind, Refusal

log = structlog.get_logger("api")

MEDIA_TYPE = "application/problem+json"

STATUSES = {
    Kind.USAGE: 400,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.LIMIT: 429,
    Kind.UNAVAILABLE: 503,
}
UNAUTHORISED = frozenset({"key_missing", "key_unknown"})
METHOD_NOT_ALLOWED = 405
_NAMED = {
    404: ("no_such_address", "There is nothing at this address. /docs lists what there is."),
    405: ("no_such_method", "This address does not take this method. /docs says which it takes."),
}
TITLES = {
    400: "The request is wrong",
    401: "A key is needed",
    403: "This key may not do it",
    404: "There is no such thing",
    405: "This address does not take this method",
    409: "It conflicts with what is there",
    413: "The request is too large",
    422: "The request is wrong",
    429: "Too many requests",
    500: "The service failed",
    503: "Not available now",
}


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """The answer; `instance` is the request's id, by which the log has it."""
    document = {
        "type": f"urn:results-bot:problem:{code}",
        "title": TITLES.get(status, "The request was refused"),
        "status": status,
        "code": code,
        "detail": str(detail),
        "instance": f"urn:results-bot:request:{request.state.request_id}",
    }
    body = msgspec.json.encode(document | more)
    return Response(body, status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every expected error and every bug in this way."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(OperationalError, _no_database)
    app.add_exception_handler(Exception, _bug)


def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101  registered for it
    unauthorised = refusal.code in UNAUTHORISED
    status = 401 if unauthorised else STATUSES[refusal.kind]
    headers = dict(getattr(refusal, "headers", {}))
    if unauthorised:
        headers["WWW-Authenticate"] = 'Bearer realm="results-bot"'
    elif status in {429, 503}:
        headers.setdefault("Retry-After", "60")
    return problem(request, status, refusal.code, refusal.message, headers=headers)


def _misshapen(request: Request, error: Exception) -> Response:
    """Where and why, but never the value: it may be somebody's."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it
    errors = [
        {"where": ".".join(map(str, one["loc"])), "problem": one["msg"]} for one in error.errors()
    ]
    named = "; ".join(f"{one['where']}: {one['problem']}" for one in errors[:3])
    detail = f"The request has not the shape that /docs describes. {named}"
    return problem(request, 422, "misshapen", detail, errors=errors)


def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it
    headers = dict(error.headers or {})
    if error.status_code == METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    code, detail = _NAMED.get(error.status_code, ("http", str(error.detail)))
    return problem(request, error.status_code, code, detail, headers=headers)


def _methods(request: Request) -> list[str]:
    """Of every route with this address; Starlette names those of the first only."""
    ours = chain.from_iterable(router.routes for router in request.app.state.routers)
    met = (one for one in ours if one.matches(request.scope)[0] is Match.PARTIAL)
    return sorted({method for one in met for method in one.methods})


def _no_database(request: Request, error: Exception) -> Response:
    assert isinstance(error, OperationalError)  # noqa: S101  registered for it
    log.warning("database-away", reason=type(error.orig).__name__)
    detail = "The database cannot be used now. Nothing was changed; try again in a minute."
    return problem(request, 503, "database_unreachable", detail, headers={"Retry-After": "30"})


def _bug(request: Request, bug: Exception) -> Response:
    reference = uuid4().hex[:8]
    log.error(
        "request-failed",
        reference=reference,
        request=request.state.request_id,
        exc_info=(type(bug), bug, bug.__traceback__),
    )
    detail = f"A bug. Nothing was changed. The log has it under {reference}: tell your operator."
    return problem(request, 500, "bug", detail)
