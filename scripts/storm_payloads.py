"""The alerts of a storm as their sources send them: native webhook payloads, signed, some of them twice."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scripts.storm_world import Alert, World

SECRET = "storm-secret"  # noqa: S105 - of a company that does not exist
GROUPING = ("alertmanager", "grafana")
GROUP_MAX = 4
GROUP_S = 20.0
LATENCY_S = {"alertmanager": 12.0, "grafana": 8.0, "pagerduty": 3.0, "datadog": 6.0, "opsgenie": 4.0}


@dataclass(slots=True)
class Post:
    """One delivery: where to, its body and headers, and the numbers of the alerts in it, in order."""

    source: str
    body: bytes
    headers: dict[str, str]
    numbers: list[int]
    at: datetime
    is_repeat: bool = False
    signal_ids: list[str] = field(default_factory=list)  # as intake answered
    sent_at: datetime | None = None


def aliases(name: str) -> dict[str, list[str]]:
    """Return the names that a service has elsewhere."""
    return {"pagerduty": [_pd_id(name)], "datadog": [f"{name}-prod"], "grafana": [name.replace("-", "_")]}


def _pd_id(name: str) -> str:
    return "P" + hashlib.sha256(name.encode()).hexdigest()[:7].upper()


def posts(world: World, alerts: Sequence[Alert], repeats: int) -> list[Post]:
    """Return the deliveries in the order of their arrival, with repeats of some of their alerts among them."""
    dice = world.dice
    made = [*_grouped(dice, alerts), *(single(one) for one in alerts if one.source not in GROUPING)]
    for post in made:
        post.at += timedelta(seconds=dice.uniform(0.5, 1.0) * LATENCY_S[post.source])
    made.sort(key=lambda post: post.at)
    again = []
    while repeats > 0:
        first = dice.choice(made)
        post = Post(first.source, first.body, first.headers, first.numbers[:], first.at, is_repeat=True)
        if len(post.numbers) > repeats:
            continue
        repeats -= len(post.numbers)
        post.at += timedelta(seconds=dice.expovariate(1 / 60))
        again.append(post)
    return sorted((*made, *again, *_ends(alerts)), key=lambda post: post.at)


def _ends(alerts: Iterable[Alert]) -> Iterator[Post]:
    """Yield the word that alerts are over, of faults whose end is told."""
    for one in alerts:
        if one.resolved_at is None:
            continue
        body = json.loads((_group([one]) if one.source in GROUPING else single(one)).body)
        if one.source in GROUPING:
            body["status"] = body["alerts"][0]["status"] = "resolved"
            body["alerts"][0]["endsAt"] = _stamp(one.resolved_at)
        elif one.source == "pagerduty":
            body["event"] |= {"id": f"02{one.number:022X}", "event_type": "incident.resolved"}
            body["event"]["occurred_at"] = _stamp(one.resolved_at)
            body["event"]["data"]["status"] = "resolved"
        elif one.source == "datadog":
            body |= {"id": str(8_000_000_000 + one.number), "alert_transition": "Recovered"}
            body["date"] = str(int(one.resolved_at.timestamp() * 1000))
        else:
            body["action"] = "Close"
            body["alert"]["updatedAt"] = int(one.resolved_at.timestamp() * 1000) * 1_000_000
        yield _post(one.source, body, [], one.resolved_at + timedelta(seconds=LATENCY_S[one.source]))


def _grouped(dice: random.Random, alerts: Iterable[Alert]) -> Iterator[Post]:
    """Yield the deliveries of sources that group: alerts of one name at about one time, of whatever services."""
    waiting: dict[tuple[str, str], list[Alert]] = {}
    for one in alerts:
        if one.source not in GROUPING:
            continue
        group = waiting.setdefault((one.source, one.symptom), [])
        if group and (len(group) == dice.randint(1, GROUP_MAX) or (one.at - group[0].at).total_seconds() > GROUP_S):
            yield _group(group)
            group.clear()
        group.append(one)
    for group in waiting.values():
        if group:
            yield _group(group)


def _group(group: list[Alert]) -> Post:
    source = group[0].source
    rows = [(_grafana if source == "grafana" else _alertmanager)(one) for one in group]
    body = {
        "version": "4" if source == "alertmanager" else "1",
        "groupKey": f'{{}}:{{alertname="{group[0].symptom}"}}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "inquest",
        "groupLabels": {"alertname": group[0].symptom},
        "commonLabels": {"alertname": group[0].symptom},
        "commonAnnotations": {},
        "externalURL": f"https://{source}.example",
        "alerts": rows,
    }
    return _post(source, body, [one.number for one in group], group[-1].at)


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _alertmanager(one: Alert) -> dict[str, Any]:
    labels = {
        "alertname": one.symptom.title().replace(" ", ""),
        "service": one.service,
        "severity": {"critical": "critical", "high": "error", "medium": "warning"}[one.severity],
        "pod": f"{one.service}-7d9f-{one.instance:02d}",
        "namespace": one.namespace,
        "rule": str(one.number),
        **({"destination_workload": one.via} if one.via else {}),
    }
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": f"{one.symptom} at {one.service} ({one.instance})"},
        "startsAt": _stamp(one.at),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": f"https://prometheus.example/graph?g0.expr={one.number}",
        "fingerprint": f"{one.number:016x}",
    }


def _grafana(one: Alert) -> dict[str, Any]:
    row = _alertmanager(one)
    row["labels"] = {
        "alertname": one.symptom,
        "service": one.service.replace("-", "_"),
        "priority": {"critical": "P1", "high": "P2", "medium": "P3"}[one.severity],
        "grafana_folder": one.namespace,
        "rule_id": str(one.number),
    }
    said = f"calls to {one.via} fail" if one.via else f"see instance {one.instance}"
    row["annotations"] = {"summary": f"{one.symptom}: {said}"}
    return row | {"values": {"A": 4.2}, "panelURL": "https://grafana.example/d/x"}


def single(one: Alert) -> Post:
    """Return the delivery of a source that sends each alert alone."""
    return _post(one.source, _SINGLE[one.source](one), [one.number], one.at)


def _pagerduty(one: Alert) -> dict[str, Any]:
    what = f"{one.symptom}, waiting for {one.via}" if one.via else f"{one.symptom} on {one.instance}"
    number = {"critical": "P1", "high": "P2", "medium": "P3"}[one.severity]
    return {
        "event": {
            "id": f"01{one.number:022X}",
            "event_type": "incident.triggered",
            "resource_type": "incident",
            "occurred_at": _stamp(one.at),
            "agent": None,
            "client": None,
            "data": {
                "id": f"Q{one.number:011X}",
                "type": "incident",
                "self": "https://api.pagerduty.com/incidents/x",
                "html_url": f"https://acme.pagerduty.com/incidents/Q{one.number:011X}",
                "number": one.number,
                "status": "triggered",
                "title": what,
                "service": {
                    "id": _pd_id(one.service),
                    "type": "service_reference",
                    "summary": f"Team {_pd_id(one.service)}",
                },
                "urgency": "high",
                "priority": {"id": f"PRIO{number}", "type": "priority_reference", "summary": number},
            },
        }
    }


def _datadog(one: Alert) -> dict[str, Any]:
    tags = [
        f"service:{one.service}-prod",
        "env:prod",
        f"kube_namespace:{one.namespace}",
        f"pod_name:{one.service}-{one.instance}",
    ]
    return {
        "id": str(7_000_000_000 + one.number),
        "alert_id": str(100 + len(one.symptom)),
        "alert_cycle_key": str(9_000_000 + one.number),
        "alert_title": f"[Triggered] {one.symptom}",
        "alert_transition": "Triggered",
        "alert_type": "error",
        "alert_priority": {"critical": "P1", "high": "P2", "medium": "P3"}[one.severity],
        "alert_metric": "trace.http.request.errors",
        "hostname": f"i-{one.instance:04x}",
        "date": str(int(one.at.timestamp() * 1000)),
        "link": "https://app.datadoghq.example/monitors/1",
        "tags": ",".join([*tags, f"peer.service:{one.via}-prod"] if one.via else tags),
    }


def _opsgenie(one: Alert) -> dict[str, Any]:
    at_ms = int(one.at.timestamp() * 1000)
    details = {"service": one.service, "node": str(one.instance)}
    return {
        "action": "Create",
        "integrationName": "Inquest",
        "alert": {
            "alertId": f"{one.number:08x}-3f2b-4c1a-9d0e-000000000000",
            "message": one.symptom,
            "tinyId": str(one.number),
            "alias": f"{one.symptom}/{one.service}/{one.number}",
            "entity": "",
            "priority": {"critical": "P1", "high": "P2", "medium": "P3"}[one.severity],
            "source": "synthetics",
            "tags": ["slo"],
            "createdAt": at_ms,
            "updatedAt": at_ms * 1_000_000,
            "details": details | ({"failing_dependency": one.via} if one.via else {}),
        },
    }


_SINGLE = {"pagerduty": _pagerduty, "datadog": _datadog, "opsgenie": _opsgenie}


def _post(source: str, body: dict[str, Any], numbers: list[int], at: datetime) -> Post:
    raw = json.dumps(body).encode()
    return Post(source, raw, {"Content-Type": "application/json", **_proof(source, raw)}, numbers, at)


def _proof(source: str, raw: bytes) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    if source == "pagerduty":
        return {"X-PagerDuty-Signature": f"v1={digest}"}
    if source == "grafana":
        return {"X-Grafana-Alerting-Signature": digest}
    if source == "alertmanager":
        return {"Authorization": "Basic " + base64.b64encode(f"inquest:{SECRET}".encode()).decode()}
    return {"Authorization": f"Bearer {SECRET}"}


def changes(world: World, begin: datetime, first: int = 1) -> list[Post]:
    """Return the deployments that broke something, each two minutes before."""
    broken = [fault for fault in world.faults if fault.change]
    return [
        deployment(fault.change, first + fault.number, begin + timedelta(seconds=fault.at_s - 120)) for fault in broken
    ]


def deployment(services: Sequence[str], number: int, at: datetime) -> Post:
    """Return GitHub's word that one deployment touched some services."""
    body = {
        "deployment_status": {"id": number, "state": "success", "environment": "production", "created_at": _stamp(at)},
        "deployment": {
            "id": number,
            "sha": hashlib.sha256(str(number).encode()).hexdigest()[:40],
            "ref": f"release-{number}",
            "environment": "production",
            "payload": {"services": list(services)},
            "creator": {"login": "anna"},
            "created_at": _stamp(at),
        },
        "repository": {"full_name": "acme/monorepo", "html_url": "https://github.example/acme/monorepo"},
        "sender": {"login": "anna"},
    }
    raw = json.dumps(body).encode()
    digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "deployment_status",
        "X-GitHub-Delivery": hashlib.sha256(raw).hexdigest()[:32],
        "X-Hub-Signature-256": f"sha256={digest}",
    }
    return Post("github", raw, headers, [], at)
