"""A Jaeger of two services: the query API's `services`, `traces` and `traces/{id}`."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import TracesRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
SERVICES = ("cart", "checkout-svc")


def trace(number: int) -> dict[str, Any]:
    """Return a trace of a call from checkout to cart, at a whole minute after T0."""
    start = int((T0 + timedelta(minutes=number)).timestamp() * 1e6)
    trace_id = f"{number + 1:032x}"
    parent = {"refType": "CHILD_OF", "traceID": trace_id, "spanID": f"{number:015x}a"}
    tags = [{"key": "db.statement", "type": "string", "value": f"-- {PLANTED}"}]
    failed = [{"key": "error", "type": "bool", "value": True}] if number % 3 == 0 else []
    spans = [
        {"spanID": f"{number:015x}a", "processID": "p2", "operationName": "POST /pay", "references": [], "tags": failed}
        | {"startTime": start, "duration": 9000 + number},
        {"spanID": f"{number:015x}b", "processID": "p1", "operationName": "get", "references": [parent], "tags": tags}
        | {"startTime": start + 1000, "duration": 4000},
    ]
    processes = {"p1": {"serviceName": SERVICES[0], "tags": []}, "p2": {"serviceName": SERVICES[1], "tags": []}}
    return {"traceID": trace_id, "spans": [{"traceID": trace_id, **one} for one in spans], "processes": processes}


def serve(received: Received) -> Reply:
    """Answer one request."""
    traces = [trace(number) for number in range(20)]
    if received.path == "/api/services":
        return _data(list(SERVICES))
    if received.path == "/api/traces":
        return _data(_found(traces, {name: values[0] for name, values in received.query.items()}))
    named = [one for one in traces if received.path == f"/api/traces/{one['traceID']}"]
    return _data(named) if named else Reply(404, {"data": None, "errors": [{"code": 404, "msg": "trace not found"}]})


def _found(traces: list[dict[str, Any]], asked: dict[str, str]) -> list[dict[str, Any]]:
    """Return the newest traces in which one span fits all that is asked."""
    found = [one for one in traces if any(_fits(span, one, asked) for span in one["spans"])]
    return found[::-1][: int(asked["limit"])]


def _fits(span: dict[str, Any], of: dict[str, Any], asked: dict[str, str]) -> bool:
    wanted = json.loads(asked.get("tags", "{}"))
    tags = {one["key"]: str(one["value"]).lower() for one in span["tags"]}
    return (
        of["processes"][span["processID"]]["serviceName"] == asked["service"]
        and int(asked["start"]) <= span["startTime"] <= int(asked["end"])
        and asked.get("operation", span["operationName"]) == span["operationName"]
        and span["duration"] >= int(asked.get("minDuration", "0us").removesuffix("us"))
        and all(tags.get(key) == value for key, value in wanted.items())
    )


def _data(data: list[Any]) -> Reply:
    return Reply(body={"data": data, "total": 0, "limit": 0, "offset": 0, "errors": None})


CASES = (
    http_case(
        "jaeger",
        "traces",
        TracesRequest(
            window=Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=16)),
            baseline=Window(start=T0, end=T0 + timedelta(minutes=5)),
        ),
        serve,
        {},
        services=({"service_id": "checkout", "aliases": {"jaeger": ["checkout-svc"]}},),
    ),
)
