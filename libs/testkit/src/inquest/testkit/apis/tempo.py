"""A Tempo of one tenant and two services: `/api/search` with TraceQL, and `/api/traces/{id}`.

As grafana.com documents them: a search answers with summaries, in whole seconds; a trace is OTLP with ids in base64; a
tenant that is not named is refused. It understands the TraceQL that the provider writes.
"""

import base64
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import TracesRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
_TERM = re.compile(r'(resource\.service\.name|name|status|duration) (=|>=) ("(?:[^"\\]|\\.)*"|\w+)')


def trace(number: int) -> dict[str, Any]:
    """Return a trace of a call from checkout to cart, at a whole minute after T0, as `/api/traces` has it."""
    start = int((T0 + timedelta(minutes=number)).timestamp()) * 10**9
    of = {"traceId": _id(number + 1, 16)}
    parent, child = _id(2 * number + 1, 8), _id(2 * number + 2, 8)
    tags = [
        {"key": "db.statement", "value": {"stringValue": f"-- {PLANTED}"}},
        {"key": "n", "value": {"intValue": "7"}},
    ]
    spans = {
        "checkout-svc": of
        | {"spanId": parent, "name": "POST /pay", "startTimeUnixNano": f"{start}", "kind": "SPAN_KIND_SERVER"}
        | {"endTimeUnixNano": f"{start + 9_000_000 + number * 1000}"}
        | {"status": {"code": "STATUS_CODE_ERROR", "message": "declined"} if number % 3 == 0 else {}},
        "cart": of
        | {"spanId": child, "parentSpanId": parent, "name": "get", "startTimeUnixNano": f"{start + 10**6}"}
        | {"endTimeUnixNano": f"{start + 5_000_000}", "attributes": tags, "status": {}},
    }
    return {
        "batches": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
                "scopeSpans": [{"scope": {"name": "shop"}, "spans": [span]}],
            }
            for service, span in spans.items()
        ]
    }


def trace_id(number: int) -> str:
    """Return the id of a trace, as people write it."""
    return f"{number + 1:032x}"


def _id(number: int, size: int) -> str:
    return base64.b64encode(number.to_bytes(size, "big")).decode()


class TempoServer:
    """Answers as Tempo does; with `org_id`, to that tenant alone."""

    def __init__(self, numbers: Sequence[int], *, org_id: str = "") -> None:
        self.traces = {trace_id(number): trace(number) for number in numbers}
        self.org_id = org_id

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        if received.headers.get("x-scope-orgid", "") != self.org_id:
            return _refused(401, "no org id")
        asked = {name: values[0] for name, values in received.query.items()}
        if received.path == "/api/search":
            return self._search(asked)
        found = re.fullmatch(r"/api/traces/([0-9a-f]{1,32})", received.path)
        one = self.traces.get(found[1].zfill(32)) if found else None
        return Reply(body=one) if one else _refused(404, "trace not found")

    def _search(self, asked: dict[str, str]) -> Reply:
        sets = re.findall(r"\{([^{}]*)\}", asked["q"])
        if not sets:
            return _refused(400, "invalid TraceQL query: parse error at line 1, col 1: syntax error")
        start, end = int(asked.get("start", 0)), int(asked.get("end", 1 << 40))
        found = [
            {
                "traceID": known.lstrip("0"),
                "rootServiceName": "checkout-svc",
                "rootTraceName": "POST /pay",
                "durationMs": 9,
            }
            for known, one in self.traces.items()
            if any(start <= _start(span) <= end for _, span in _spans(one))
            and all(any(_fits(terms, *span) for span in _spans(one)) for terms in sets)
        ]
        traces = {"traces": found[: int(asked["limit"])]} if found else {}
        return Reply(body={**traces, "metrics": {"inspectedBytes": "1024", "totalBlocks": 3}})


def _spans(one: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (batch["resource"]["attributes"][0]["value"]["stringValue"], span)
        for batch in one["batches"]
        for span in batch["scopeSpans"][0]["spans"]
    ]


def _start(span: dict[str, Any]) -> int:
    return int(span["startTimeUnixNano"]) // 10**9


def _fits(terms: str, service: str, span: dict[str, Any]) -> bool:
    wanted: dict[str, list[str]] = {}
    for name, _, value in _TERM.findall(terms):
        wanted.setdefault(name, []).append(json.loads(value) if value.startswith('"') else value)
    lasts_us = (int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"])) / 1000
    return (
        service in wanted.get("resource.service.name", [service])
        and span["name"] in wanted.get("name", [span["name"]])
        and ("status" not in wanted or span["status"].get("code") == "STATUS_CODE_ERROR")
        and lasts_us >= int(wanted.get("duration", ["0us"])[0].removesuffix("us"))
    )


def _refused(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), {"content-type": "text/plain; charset=utf-8"})


CASES = (
    http_case(
        "tempo",
        "traces",
        TracesRequest(
            window=Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=16)),
            baseline=Window(start=T0, end=T0 + timedelta(minutes=5)),
        ),
        TempoServer(range(20), org_id="acme"),
        {"org_id": "acme"},
        services=({"service_id": "checkout", "aliases": {"tempo": ["checkout-svc"]}},),
    ),
)
