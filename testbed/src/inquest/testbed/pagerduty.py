"""The page, as PagerDuty's V3 webhook sends it: event `incident.triggered`."""

import random
import string
from datetime import UTC, datetime
from typing import Any

from inquest.testbed.alerts import Alert

SITE = "https://shop.pagerduty.com"
API = "https://api.pagerduty.com"


def triggered(alert: Alert) -> dict[str, Any]:
    """Return {"source", "body"} for an alert; ids look real and depend on the alert alone."""
    rng = random.Random(f"{alert.service} {alert.time}")
    at = datetime.fromtimestamp(alert.time, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    incident = _reference(rng, "incidents", alert.title, "incident")
    urgent = alert.service in {"frontend", "checkout"}
    data = incident | {
        "number": rng.randint(400, 900),
        "status": "triggered",
        "incident_key": "".join(rng.choices("0123456789abcdef", k=32)),
        "created_at": at,
        "title": alert.title,
        "service": _reference(rng, "services", alert.service),
        "assignees": [_reference(rng, "users", "Rosa Lind", "user_reference")],
        "escalation_policy": _reference(rng, "escalation_policies", "Shop on call"),
        "teams": [_reference(rng, "teams", "Shop")],
        "priority": _reference(rng, "priorities", "P1" if urgent else "P2"),
        "urgency": "high",
        "conference_bridge": None,
        "resolve_reason": None,
    }
    del data["summary"]
    event = {
        "id": "01" + "".join(rng.choices(string.ascii_uppercase + string.digits, k=24)),
        "event_type": "incident.triggered",
        "resource_type": "incident",
        "occurred_at": at,
        "agent": None,
        "client": {"name": "shop-monitoring"},
        "data": data,
    }
    return {"source": "pagerduty", "body": {"event": event}}


def _reference(rng: random.Random, kind: str, summary: str, type_: str | None = None) -> dict[str, Any]:
    ident = "P" + "".join(rng.choices(string.ascii_uppercase + string.digits, k=6))
    singular = {"escalation_policies": "escalation_policy", "priorities": "priority"}.get(kind, kind[:-1])
    return {
        "html_url": f"{SITE}/{kind}/{ident}",
        "id": ident,
        "self": f"{API}/{kind}/{ident}",
        "summary": summary,
        "type": type_ or f"{singular}_reference",
    }
