"""The operations over HTTP: parse, ask who it is, call, answer. What is parsed comes from the table of operations."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Match, Route

from inquest.api.adapters.failures import retry_after_s, told
from inquest.api.adapters.sse import event_stream
from inquest.api.approvals import Approvals
from inquest.api.budgets import Budgets
from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.domain.openapi import document
from inquest.api.domain.operation import Operation
from inquest.api.domain.problems import bad_input
from inquest.api.domain.requests import Asked
from inquest.api.domain.routes import OPERATIONS
from inquest.api.errors import NotAllowed, TooLarge
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.api.provider_switches import ProviderSwitches
from inquest.api.streams import Renew, renewed
from inquest.contracts.errors import Impossible, NotFound
from inquest.identity import Authenticator, Principal

BODY_BYTES_MAX = 64 * 1024
POSITION_MAX = 2**63 - 1
_REPEATED = frozenset({"state", "admission"})  # query parameters that may occur several times
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed by the models of its operation."""

    caller: Principal
    path: Mapping[str, str]  # parameters of the path by name
    query: Any
    body: Any
    last_event_id: str | None
    renew: Renew


Serve = Callable[[Call], Awaitable[BaseModel | Response]]


def make_routes(
    operations: Operations, incidents: Incidents, controls: Controls, dead: Dead, tokens: Authenticator
) -> tuple[BaseRoute, ...]:
    """Return the routes: one for each row of the table, the document, and one for everything else under /v1/."""
    serving = {**_serving(operations), **_on_incidents(incidents), **_controlling(controls), **_on_dead(dead)}
    serving |= _on_budgets(controls.budgets)
    serving |= _on_approvals(controls.approvals)
    serving |= _on_switches(controls.provider_switches)
    routes = [Route(row.path, _endpoint(row, serving[row.name], tokens), methods=[row.method]) for row in OPERATIONS]

    async def unknown(request: Request) -> Response:
        allowed = {
            method
            for route in routes
            if route.matches(request.scope)[0] is Match.PARTIAL
            for method in route.methods or ()
        }
        if not allowed:
            return _failure(request, NotFound(f"there is nothing at {request.url.path}"))
        error = NotAllowed(f"{request.method} is not served here")
        return _failure(request, error, {"Allow": ", ".join(sorted(allowed))})

    async def openapi(_: Request) -> Response:
        return Response(_document(), media_type="application/json")

    return (*routes, Route("/openapi.json", openapi), Route("/v1/{rest:path}", unknown, methods=list(_METHODS)))


def _serving(operations: Operations) -> dict[str, Serve]:
    async def watch(call: Call) -> Response:
        after = _position(call.last_event_id) if call.last_event_id else call.query.after
        records = await operations.watch(call.caller, call.query.tenant, call.path["investigation_id"], after)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            event_stream(renewed(records, call.renew)), media_type="text/event-stream", headers=headers
        )

    return {
        "list_investigations": lambda call: operations.list(call.caller, call.query),
        "start_investigation": lambda call: operations.start(call.caller, call.query.tenant, call.body),
        "get_investigation": lambda call: operations.get(call.caller, call.query.tenant, call.path["investigation_id"]),
        "watch_investigation": watch,
        "cancel_investigation": lambda call: operations.cancel(
            call.caller, call.query.tenant, call.path["investigation_id"], call.body
        ),
        "give_feedback": lambda call: operations.give_feedback(
            call.caller, call.query.tenant, call.path["investigation_id"], call.body
        ),
    }


def _on_incidents(incidents: Incidents) -> dict[str, Serve]:
    return {
        "list_incidents": lambda call: incidents.list(call.caller, call.query),
        "get_incident": lambda call: incidents.get(call.caller, call.query.tenant, call.path["incident_id"]),
        "merge_incidents": lambda call: incidents.merge(
            call.caller, call.query.tenant, call.path["incident_id"], call.body
        ),
        "split_incident": lambda call: incidents.split(
            call.caller, call.query.tenant, call.path["incident_id"], call.body
        ),
    }


def _controlling(controls: Controls) -> dict[str, Serve]:
    return {
        "get_panic": lambda call: controls.get_panic(call.caller, call.query.tenant),
        "set_panic": lambda call: controls.set_panic(call.caller, call.query.tenant, call.body),
        "list_mutes": lambda call: controls.list_mutes(call.caller, call.query.tenant),
        "add_mute": lambda call: controls.add_mute(call.caller, call.query.tenant, call.body),
        "end_mute": lambda call: controls.end_mute(call.caller, call.query.tenant, call.path["mute_id"], call.body),
        "list_notices": lambda call: controls.list_notices(call.caller, call.query),
        "list_audit": lambda call: controls.list_audit(call.caller, call.query),
    }


def _on_budgets(budgets: Budgets) -> dict[str, Serve]:
    return {
        "list_budgets": lambda call: budgets.list(call.caller, call.query.tenant),
        "save_budget": lambda call: budgets.save(call.caller, call.query.tenant, call.body),
        "clear_budget": lambda call: budgets.clear(call.caller, call.query.tenant, call.body),
        "explain_budget": lambda call: budgets.explain(call.caller, call.query.tenant, call.body),
    }


def _on_approvals(approvals: Approvals) -> dict[str, Serve]:
    return {
        "list_approvals": lambda call: approvals.list(call.caller, call.query),
        "give_approval": lambda call: approvals.give(
            call.caller, call.query.tenant, call.path["approval_id"], call.body
        ),
        "refuse_approval": lambda call: approvals.refuse(
            call.caller, call.query.tenant, call.path["approval_id"], call.body
        ),
    }


def _on_switches(switches: ProviderSwitches) -> dict[str, Serve]:
    return {
        "list_switches": lambda call: switches.list(call.caller, call.query),
        "switch_provider": lambda call: switches.switch(call.caller, call.query.tenant, call.path["domain"], call.body),
    }


def _on_dead(dead: Dead) -> dict[str, Serve]:
    return {
        "list_dead_letters": lambda call: dead.list(call.caller, call.query),
        "get_dead_letter": lambda call: dead.get(call.caller, call.query.tenant, call.path["seq"]),
        "redrive_dead_letters": lambda call: dead.redrive(call.caller, call.query.tenant, call.body),
        "discard_dead_letters": lambda call: dead.discard(call.caller, call.query.tenant, call.body),
    }


def _endpoint(row: Operation, serve: Serve, tokens: Authenticator) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        caller: Principal | None = None
        try:
            # Who asks comes first: a stranger learns nothing from how a request is parsed.
            caller = await tokens.identify(_authorization(request), _peer(request), request.headers.get("host"))
            caller.needs(row.permission)
            answer = await serve(await _call(row, request, caller, tokens))
        except ClientDisconnect:
            return Response(status_code=499)  # nobody is left to read it
        except Exception as error:  # noqa: BLE001 - every failure has one form
            await tokens.refused(error, caller, _peer(request), row.name)
            return _failure(request, error)
        if isinstance(answer, Response):
            return answer
        return Response(answer.model_dump_json(), row.status, media_type="application/json")

    return endpoint


def _authorization(request: Request) -> str | None:
    """Return the header; None where there are several, which two readers would read in two ways."""
    sent = request.headers.getlist("authorization")
    return sent[0] if len(sent) == 1 else None


def _peer(request: Request) -> str | None:
    return request.client.host if request.client else None


async def _call(row: Operation, request: Request, caller: Principal, tokens: Authenticator) -> Call:
    async def renew() -> None:
        await tokens.still(caller, _authorization(request), _peer(request), request.headers.get("host"))

    return Call(
        renew=renew,
        caller=caller,
        path=request.path_params,
        query=_query(row.query, request.query_params),
        body=await _body(row.body, request) if row.body else None,
        last_event_id=request.headers.get("last-event-id"),
    )


def _query(model: type[Asked], sent: QueryParams) -> Asked:
    values: dict[str, Any] = {}
    for name in sent:
        values[name] = sent.getlist(name) if name in _REPEATED else sent[name]
    return _validated(model, values)


async def _body(model: type[Asked], request: Request) -> Asked:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > BODY_BYTES_MAX:
            raise TooLarge(f"the body is over {BODY_BYTES_MAX} bytes")
    # A page of another site can post a form without asking, but not JSON: browsers ask first, and nobody says yes.
    if (raw or model.model_json_schema().get("required")) and kind != "application/json":
        raise Impossible("Content-Type: send application/json")
    try:
        values = from_json(bytes(raw), allow_inf_nan=False) if raw else {}
    except ValueError as error:
        raise Impossible(f"the body is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise Impossible("the body is not a JSON object")
    key = request.headers.get("idempotency-key")
    if key and "idempotency_key" in model.model_fields:
        values.setdefault("idempotency_key", key)
    return _validated(model, values)


def _validated(model: type[Asked], values: dict[str, Any]) -> Asked:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise bad_input(error) from error


def _position(last_event_id: str) -> int:
    if not last_event_id.isascii() or not last_event_id.isdigit() or int(last_event_id) > POSITION_MAX:
        raise Impossible("Last-Event-ID: is not an id of this stream")
    return int(last_event_id)


def _failure(request: Request, error: Exception, headers: Mapping[str, str] | None = None) -> Response:
    status, problem = told(error, path=request.url.path, peer=_peer(request))
    sent = dict(headers or {})
    if status == 401:
        sent["WWW-Authenticate"] = "Bearer"
    if status in {429, 503}:
        sent["Retry-After"] = str(retry_after_s(error))
    return JSONResponse(problem.model_dump(), status, sent)


@cache
def _document() -> bytes:
    return json.dumps(document()).encode()
