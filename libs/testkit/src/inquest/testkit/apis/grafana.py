"""A Grafana with annotations, dashboards, and a Prometheus and a Loki behind it, as grafana.com documents its HTTP API.

Annotations come newest end first, `limit` of them; those that touch the time are found. The proxy of a Prometheus takes
POST for queries alone.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.contracts.latest import (
    ChangesRequest,
    DashboardsRequest,
    EventsRequest,
    LogsRequest,
    MetricsRequest,
    Window,
)
from inquest.testkit.apis import prometheus
from inquest.testkit.apis.loki import LokiServer, lines
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
LOKI = LokiServer(lines())
_PROXY = re.compile(r"/api/datasources/proxy/uid/([^/]+)(/.*)")
_POSTS = re.compile(r"/api/v1/(query|query_range|series|labels|query_exemplars)")


def at_ms(minutes: float) -> int:
    """Return a time after T0 in epoch milliseconds."""
    return int((T0 + timedelta(minutes=minutes)).timestamp() * 1000)


def annotation(number: int) -> dict[str, Any]:
    """Return an annotation, one a minute: by turns an alert, a deploy of a service, a region with a text."""
    known: dict[str, Any] = {
        "id": number,
        "alertId": 0,
        "alertName": "",
        "dashboardId": 0,
        "dashboardUID": None,
        "panelId": 0,
        "userId": 1,
        "newState": "",
        "prevState": "",
        "created": at_ms(number),
        "updated": at_ms(number),
        "time": at_ms(number),
        "timeEnd": at_ms(number),
        "text": f"Deployed cart, {PLANTED}",
        "tags": ["deploy", ("cart", "checkout-svc")[number % 2]],
        "login": "ada",
        "email": "ada@acme.com",
        "data": {},
    }
    if number % 3 == 0:
        alert = {"alertId": 7, "alertName": "Errors", "newState": "Alerting", "prevState": "Pending", "tags": []}
        return known | alert | {"dashboardUID": "shop-1", "panelId": 2, "text": "Errors {service=cart} - Alerting"}
    if number % 3 == 1:
        return known | {"timeEnd": at_ms(number + 2.5), "tags": ["maintenance"], "text": "<b>Load test</b>"}
    return known


def board(number: int) -> dict[str, Any]:
    """Return a dashboard, with a row that holds a panel."""
    target = {"refId": "A", "expr": f"rate(errors_total[{number}m])", "datasource": {"type": "prometheus", "uid": "p1"}}
    panel = {"id": 2, "title": "Errors", "type": "timeseries", "targets": [target], "datasource": None}
    return {
        "uid": f"shop-{number}",
        "title": f"Shop {number:02d}",
        "tags": ["cart"] if number % 2 else ["checkout-svc", "slo"],
        "panels": [
            panel | {"fieldConfig": {"defaults": {"unit": "reqps"}, "overrides": []}},
            {
                "id": 3,
                "type": "row",
                "title": "More",
                "panels": [panel | {"datasource": "Old name", "title": "Inside"}],
            },
        ],
    }


@dataclass(slots=True)
class GrafanaServer:
    """Answers as Grafana does. `token` empty: anybody may read."""

    annotations: Sequence[Mapping[str, Any]] = field(default_factory=lambda: [annotation(one) for one in range(30)])
    boards: Sequence[Mapping[str, Any]] = field(default_factory=lambda: [board(number) for number in range(7)])
    token: str = ""

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        if self.token and received.headers.get("authorization") != f"Bearer {self.token}":
            return _refused(401, "Invalid API key")
        if received.path == "/api/annotations":
            return self._annotations(received)
        if received.path == "/api/search":
            return self._search(received)
        if found := re.fullmatch(r"/api/dashboards/uid/([^/]+)", received.path):
            return self._board(found[1])
        if found := _PROXY.fullmatch(received.path):
            return _proxied(received, found[1], found[2])
        return _refused(404, "Not found")

    def _annotations(self, received: Received) -> Reply:
        first, last, limit = (
            int(received.query.get(name, [one])[0]) for name, one in (("from", "0"), ("to", "9" * 15), ("limit", "100"))
        )
        tags = set(received.query.get("tags", []))
        found = [
            one
            for one in sorted(self.annotations, key=lambda one: (one["timeEnd"], one["time"]), reverse=True)
            if one["time"] <= last and one["timeEnd"] >= first and tags <= set(one["tags"])
        ]
        return Reply(body=found[:limit])

    def _search(self, received: Received) -> Reply:
        asked = {name: values[0] for name, values in received.query.items()}
        limit, number = int(asked.get("limit", "1000")), int(asked.get("page", "1"))
        text, tag = asked.get("query", "").lower(), asked.get("tag", "")
        found = [
            {"id": 1, "uid": one["uid"], "title": one["title"], "tags": one["tags"], "type": "dash-db"}
            | {"url": f"/d/{one['uid']}/shop", "folderTitle": "Shop", "folderUid": "f1", "isStarred": False}
            for one in self.boards
            if text in one["title"].lower() and (not tag or tag in one["tags"])
        ]
        return Reply(body=found[(number - 1) * limit : number * limit])

    def _board(self, uid: str) -> Reply:
        one = next((one for one in self.boards if one["uid"] == uid), None)
        if one is None:
            return _refused(404, "Dashboard not found")
        meta = {"slug": "shop", "url": f"/d/{uid}/shop", "updated": "2026-02-27T10:00:00Z", "folderTitle": "Shop"}
        return Reply(body={"dashboard": one, "meta": meta})


def _proxied(received: Received, uid: str, path: str) -> Reply:
    if uid == "p1":
        if received.method == "POST" and not _POSTS.fullmatch(path):
            return _refused(403, "non allow-listed POSTs not allowed on proxied Prometheus datasource")
        return prometheus.serve(replace(received, path=path))
    return LOKI(replace(received, path=path)) if uid == "l1" else _refused(404, "Unable to find datasource")


def _refused(status: int, message: str) -> Reply:
    return Reply(status, json.dumps({"message": message}).encode())


_TIMES = {
    "window": Window(start=T0 + timedelta(minutes=4), end=T0 + timedelta(minutes=8)),
    "baseline": Window(start=T0, end=T0 + timedelta(minutes=3)),
}
_LONG = {
    "window": Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=26)),
    "baseline": Window(start=T0, end=T0 + timedelta(minutes=5)),
}
_SERVER = GrafanaServer()
_CATALOGUE = (
    {"service_id": "checkout", "aliases": {"grafana": ["checkout-svc"], "loki": ["checkout-svc"]}},
    {"service_id": "cart"},
)
_METRICS = {"datasource": "p1", "queries": [{"metric": "up", "promql": "up"}]}
_LOGS = {"datasource": "l1", "selector": '{namespace="shop"}'}

CASES = (
    http_case("grafana", "events", EventsRequest.model_validate(_LONG), _SERVER, {}, _CATALOGUE),
    http_case("grafana", "changes", ChangesRequest.model_validate(_LONG), _SERVER, {}, _CATALOGUE),
    http_case("grafana", "dashboards", DashboardsRequest(window=_LONG["window"]), _SERVER, {}, _CATALOGUE),
    http_case("grafana", "metrics", MetricsRequest.model_validate(_TIMES), _SERVER, {"metrics": _METRICS}, _CATALOGUE),
    http_case("grafana", "logs", LogsRequest.model_validate(_TIMES), _SERVER, {"logs": _LOGS}, _CATALOGUE),
)
