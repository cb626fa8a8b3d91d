"""The OpenAPI document, made from the table of operations and its models. Pure."""

import json
import re
from typing import Any

from pydantic.json_schema import models_json_schema

from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import Asked, Problem
from inquest.api.domain.routes import OPERATIONS

VERSION = "1.0.0"
_PATH_PARAMETER = re.compile(r"{(\w+)}")
_REF = "#/components/schemas/{model}"
_ERRORS = {
    "400": "wrong input; the message names the field",
    "401": "no known key or token",
    "403": "the role, tenant or scope is another",
    "404": "not found",
    "429": "too many requests or streams; Retry-After says when to try again",
    "503": "a part of Inquest is away; try again",
}


def render() -> str:
    """Return the document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """Return the document (OpenAPI 3.1)."""
    answers = {row.answer for row in OPERATIONS if row.answer} | {Problem}
    bodies = {row.body for row in OPERATIONS if row.body}
    wanted = [(model, "serialization") for model in answers] + [(model, "validation") for model in bodies]
    _, schemas = models_json_schema(sorted(wanted, key=lambda item: item[0].__name__), ref_template=_REF)  # type: ignore[arg-type]  # the modes are literals
    paths: dict[str, dict[str, Any]] = {}
    for row in OPERATIONS:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inquest",
            "version": VERSION,
            "description": "Read, watch, start and judge investigations. See docs/api.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas["$defs"],
        },
    }


def _operation(row: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": row.name,
        "summary": row.summary,
        "description": f"Needs the role {row.roles[0]} ({row.permission}).",
        "parameters": _parameters(row),
        "responses": {str(row.status): _success(row)} | {code: _error(code) for code in _ERRORS},
    }
    if row.body:
        required = bool(row.body.model_json_schema().get("required"))
        made["requestBody"] = {"required": required, "content": _json(row.body.__name__)}
    return made


def _parameters(row: Operation) -> list[dict[str, Any]]:
    found = [_query_parameter(row.query, name) for name in row.query.model_fields]
    for name in reversed(_PATH_PARAMETER.findall(row.path)):
        schema = {"type": "string", "pattern": "^[a-z0-9-]{1,48}$"}
        found.insert(0, {"name": name, "in": "path", "required": True, "schema": schema})
    if row.answer is None:
        schema = {"type": "string"}
        found.append({"name": "Last-Event-ID", "in": "header", "required": False, "schema": schema})
    return found


def _query_parameter(model: type[Asked], name: str) -> dict[str, Any]:
    schema = dict(model.model_json_schema()["properties"][name])
    schema.pop("title", None)
    description = schema.pop("description", "")
    made = {"name": name, "in": "query", "required": False, "schema": schema}
    return {**made, "description": description} if description else made


def _success(row: Operation) -> dict[str, Any]:
    if row.answer is None:
        return {"description": row.summary, "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    return {"description": row.summary, "content": _json(row.answer.__name__)}


def _error(code: str) -> dict[str, Any]:
    return {"description": _ERRORS[code], "content": _json("Problem")}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=name)}}}
