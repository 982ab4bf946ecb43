"""The OpenAPI document: FastAPI's own, with the problems that every address may answer."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.documents import Problem
from api.problems import MEDIA_TYPE, TITLES

ANSWERS = (400, 401, 403, 404, 409, 422, 429, 503)
HEADERS = {
    "X-Request-Id": {
        "description": "By which the log has this request.",
        "schema": {"type": "string"},
    }
}


def install(app: FastAPI, description: str) -> None:
    """Describe the application once, when it is first asked for."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, description=description, routes=app.routes
            )
            app.openapi_schema = _with_problems(document)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    parts["responses"] = {f"problem{status}": _problem(status) for status in ANSWERS}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            answers.pop("422", None)
            ours = path.startswith("/v1/")
            answers |= {str(one): _referred(one) for one in (ANSWERS if ours else (503,))}
            if ours and method == "get":
                answers["304"] = {"description": "You have it already (ETag)"}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document


def _referred(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/problem{status}"}


def _problem(status: int) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "description": TITLES[status],
        "headers": HEADERS,
        "content": {MEDIA_TYPE: schema},
    }
