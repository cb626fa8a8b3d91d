"""The OpenAPI document of the webhooks, made from the sources, the schemes and the answers. Pure."""

import json
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from inquest.config.sources import AUTHS, Auth
from inquest.contracts.message import ID_PATTERN
from inquest.intake.domain.acceptance import STATUSES, Answer, Refusal
from inquest.intake.domain.source import Source
from inquest.intake.domain.sources import SOURCES

VERSION = "1.0.0"
_REF = "#/components/schemas/{model}"
_MEDIA = {"cloudevents": ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json")}
_WHY = {
    400: "proven, and not what this source sends; the message names the field",
    401: "the proof is missing, wrong or stale",
    404: "no such tenant, or it takes no webhooks from this source",
    413: "larger than INQUEST_BODY_BYTES_MAX",
    503: "our own fault, or the body did not arrive in time: send it again",
}
_RETRY_AFTER = {"Retry-After": {"description": "seconds", "schema": {"type": "string", "pattern": "^[0-9]+$"}}}


def render() -> str:
    """Return the document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


@cache
def document() -> dict[str, Any]:
    """Return the document (OpenAPI 3.1)."""
    _, schemas = models_json_schema([(Answer, "serialization"), (Refusal, "serialization")], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inquest webhooks",
            "version": VERSION,
            "description": "Deliveries of alerts, tickets and changes. See docs/webhooks.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {f"/webhooks/{name}/{{tenant}}": _path(source) for name, source in sorted(SOURCES.items())},
        "components": {
            "securitySchemes": {name: _security(AUTHS[name]) for name in sorted(AUTHS) if name in SOURCES},
            "schemas": schemas["$defs"],
        },
    }


def _path(source: Source) -> dict[str, Any]:
    tenant = {"name": "tenant", "in": "path", "required": True, "schema": {"type": "string", "pattern": ID_PATTERN}}
    body: dict[str, Any] = {media: {"schema": {}} for media in _MEDIA.get(source.name, ("application/json",))}
    made: dict[str, Any] = {
        "parameters": [tenant],
        "post": {
            "operationId": f"deliver_{source.name}",
            "summary": f"Take a delivery from {source.name}",
            "description": f"docs/sources/{source.name}.md tells how to set up the sender.",
            "security": [{source.name: []}],
            "requestBody": {"required": True, "content": body},
            "responses": {"202": {"description": "kept durably", "content": _json("Answer")}, **_refusals(*_WHY)},
        },
    }
    if source.shakes_hands:
        made["options"] = _handshake(source)
    return made


def _handshake(source: Source) -> dict[str, Any]:
    text = {"type": "string"}
    granted = ("WebHook-Allowed-Origin", "WebHook-Allowed-Rate")
    return {
        "operationId": f"ask_{source.name}",
        "summary": "Ask whether an origin may deliver",
        "parameters": [
            {"name": name, "in": "header", "required": False, "schema": text}
            for name in ("WebHook-Request-Origin", "WebHook-Request-Rate")
        ],
        "responses": {
            "200": {
                "description": "granted to the origin that asks",
                "headers": {name: {"schema": {"type": "string"}} for name in granted},
            },
            **_refusals(404),
        },
    }


def _refusals(*statuses: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status in statuses:
        errors = ", ".join(sorted(name for name, one in STATUSES.items() if one == status))
        found[str(status)] = {"description": f"{_WHY[status]} ({errors})", "content": _json("Refusal")}
    if "503" in found:
        found["503"]["headers"] = _RETRY_AFTER
    return found


def _security(auth: Auth) -> dict[str, Any]:
    if auth.scheme == "bearer":
        return {"type": "http", "scheme": "bearer"}
    return {"type": "apiKey", "in": "header", "name": auth.header, "description": f"scheme {auth.scheme}"}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=name)}}}
