"""A test page as each source would send it, and the proof that goes with it."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from inquest.config.sources import SourceConfig
from inquest.intake.domain.signature import sign


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Trial:
    """One test."""

    id: str
    fired_at: str = field(default_factory=_now)

    @property
    def title(self) -> str:
        """What people read."""
        return f"[inquest test {self.id}] nothing is wrong: somebody tries the way from page to notice"


class Body(Protocol):
    """Makes the body of a delivery: the page, or that it is over."""

    def __call__(self, test: Trial, *, over: bool) -> dict[str, Any]:
        """Return the JSON document."""
        ...


def _pagerduty(test: Trial, *, over: bool) -> dict[str, Any]:
    data = {
        "id": f"INQTEST{test.id.upper()}",
        "type": "incident",
        "title": test.title,
        "urgency": "high",
        "priority": {"id": "P1", "summary": "P1"},
        "service": {"id": "INQTEST", "summary": "inquest-test"},
    }
    event = "incident.resolved" if over else "incident.triggered"
    return {
        "event": {"id": f"{test.id}-{event}", "event_type": event, "occurred_at": _now(), "data": data},
    }


def _alertmanager(test: Trial, *, over: bool) -> dict[str, Any]:
    status = "resolved" if over else "firing"
    alert = {
        "status": status,
        "labels": {"alertname": "InquestTest", "severity": "critical", "service": "inquest-test", "test": test.id},
        "annotations": {"summary": test.title},
        "startsAt": test.fired_at,
        "endsAt": _now() if over else "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": test.id,
    }
    return {
        "version": "4",
        "status": status,
        "receiver": "inquest",
        "groupKey": f"test-{test.id}",
        "truncatedAlerts": 0,
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "",
        "alerts": [alert],
    }


def _generic(test: Trial, *, over: bool) -> dict[str, Any]:
    return {
        "fired_at": _now(),
        "service": "inquest-test",
        "severity": "critical",
        "summary": test.title,
        "status": "resolved" if over else "firing",
        "dedup_key": f"test-{test.id}",
    }


BODIES: dict[str, Body] = {"pagerduty": _pagerduty, "alertmanager": _alertmanager, "generic": _generic}


def credentials(source: SourceConfig, secret: str, body: bytes) -> dict[str, str]:
    """Return the headers that prove the delivery, as its source is configured."""
    if source.unauthenticated:
        return {}
    auth = source.verification
    header = auth.header or ""
    carried: dict[str, Callable[[], dict[str, str]]] = {
        "bearer": lambda: {"Authorization": f"Bearer {secret}"},
        "basic": lambda: {"Authorization": f"Basic {base64.b64encode(f'{auth.user}:{secret}'.encode()).decode()}"},
        "header": lambda: {header: secret},
        "mtls": lambda: {header: auth.subjects[0]},
    }
    if auth.scheme in carried:
        return carried[auth.scheme]()
    if auth.timestamp_header:
        stamp = str(int(time.time()))
        return {auth.timestamp_header: stamp, header: sign(secret, stamp.encode() + b":" + body, auth.scheme)}
    return {header: sign(secret, body, auth.scheme)}
