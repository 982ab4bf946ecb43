"""docs/rest.md: the REST interface, from its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from api.app import application
from core.database import Database
from core.settings import Settings

HEAD = """# REST interface

Every address with what it takes and answers; [how to use it](api.md) is told elsewhere. A running
service shows the same at `/docs`, and gives it to programs as `/openapi.json`.

This page is made from the OpenAPI document by `make docs`.
"""
SHAPES = "\n## Shapes\n\nMembers with a star are always there.\n"
REF = "#/components/schemas/"

Schema = Mapping[str, Any]


def rest_page() -> str:
    """A section for each address, then one for each shape."""
    document = _document()
    calls = (
        line
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for line in _call(f"{method.upper()} {path}", operation)
    )
    shapes = (
        line
        for name, schema in sorted(document["components"]["schemas"].items())
        for line in _shape(name, schema)
    )
    return HEAD + "".join(calls) + SHAPES + "".join(shapes)


def _document() -> dict[str, Any]:
    database = Database("sqlite://")  # which is never asked
    try:
        return application(Settings(), database, lambda: datetime.now(UTC), {}).openapi()
    finally:
        database.close()


def _call(heading: str, operation: Schema) -> Iterator[str]:
    yield f"\n## {heading}\n\n{operation['description']}\n"
    if rows := list(_parameters(operation)):
        yield "\n| parameter | in | type | meaning |\n| --- | --- | --- | --- |\n"
        yield from rows
    if body := _schema(operation.get("requestBody", {})):
        yield f"\nTakes {_type(body)}.\n"
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            shape = _schema(answer)
            kinds = ", ".join(f"`{one}`" for one in answer.get("content", ()))
            yield f"\nAnswers {status}: {_type(shape) if shape else kinds}.\n"


def _parameters(operation: Schema) -> Iterator[str]:
    for one in operation.get("parameters", ()):
        name = f"`{one['name']}`{'*' if one['required'] else ''}"
        meaning = one.get("description", "")
        yield f"| {name} | {one['in']} | {_type(one['schema'])} | {meaning} |\n"


def _schema(content: Schema) -> Schema | None:
    """What a body is, where it is JSON."""
    schema: Schema | None = content.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _shape(name: str, schema: Schema) -> Iterator[str]:
    yield f"\n### {name}\n\n{schema.get('description', 'One of them.')}\n"
    if "properties" not in schema:
        yield f"\n{_type(schema)}\n"
        return
    required = schema.get("required", ())
    yield "\n| member | type | meaning |\n| --- | --- | --- |\n"
    for member, one in schema["properties"].items():
        star = "*" if member in required else ""
        yield f"| `{member}`{star} | {_type(one)} | {one.get('description', '')} |\n"
    for example in schema.get("examples", ()):
        yield f"\n```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```\n"


def _type(schema: Schema) -> str:
    """In words, with links to the shapes."""
    match schema:
        case {"$ref": where}:
            name = where.removeprefix(REF)
            words = f"[{name}](#{name.lower()})"
        case {"anyOf": parts}:
            words = " or ".join(map(_type, parts))
        case {"enum": choices}:
            words = ", ".join(f"`{one}`" for one in choices)
        case {"const": constant}:
            words = f"`{constant}`"
        case {"type": "array", "items": items}:
            words = f"list of {_type(items)}"
        case {"additionalProperties": {} as values}:
            words = f"object of {_type(values)}"
        case _:
            words = schema.get("type", "anything") + _bounds(schema)
    return words


def _bounds(schema: Schema) -> str:
    words = {"minimum": " from", "maximum": " to", "maxLength": " up to", "default": ", default"}
    said = (f"{word} {schema[key]}" for key, word in words.items() if schema.get(key) is not None)
    return "".join(said)
