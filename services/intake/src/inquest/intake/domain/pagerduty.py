"""PagerDuty Webhooks V3: which events matter, and what they say."""

import re
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from inquest.contracts.message import Instant
from inquest.contracts.v1.signal import Severity, SignalKind
from inquest.intake.domain.reading import Reading
from inquest.intake.domain.refusal import Refused

PING = "pagey.ping"
NAME_CHARS_MAX = 200
KINDS: dict[str, SignalKind] = {
    "incident.triggered": "alert",
    "incident.reopened": "alert",
    "incident.escalated": "alert",
    "incident.unacknowledged": "alert",
    "incident.priority_updated": "alert",
    "incident.resolved": "resolution",
}
_PRIORITY = re.compile(r"(?:P|SEV)[ -]?([1-5])\b", re.IGNORECASE)
_SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


class _Reference(BaseModel):
    id: str = Field(min_length=1, max_length=200)
    summary: str | None = None  # long ones are cut, not refused: three 4xx and PagerDuty disables the subscription


class _Incident(BaseModel):
    id: str = Field(min_length=1, max_length=200)
    title: str = ""
    number: int | None = None
    urgency: str | None = None
    html_url: str | None = Field(default=None, max_length=2000)
    service: _Reference | None = None
    priority: _Reference | None = None


class _Event(BaseModel):
    id: str = Field(min_length=1, max_length=200)
    event_type: str = Field(min_length=1, max_length=100)
    occurred_at: Instant
    data: dict[str, Any] = Field(default_factory=dict)


class _Envelope(BaseModel):
    event: _Event


def read(body: dict[str, Any]) -> Reading:
    """Return what a V3 delivery says. Raises Refused for V2 payloads and anything else."""
    if isinstance(body.get("messages"), list):
        raise Refused(
            "v2-payload",
            "this is a PagerDuty V2 webhook (it has `messages`)",
            "create a V3 subscription: Integrations > Generic Webhooks (v3)",
        )
    try:
        event = _Envelope.model_validate(body).event
        if event.event_type not in KINDS:
            return _passed_over(event)
        incident = _Incident.model_validate(event.data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Refused("not-understood", f"not a PagerDuty V3 event: {where}: {first['msg']}") from error
    return Reading(
        key=event.id,
        kind=KINDS[event.event_type],
        occurred_at=event.occurred_at,
        title=incident.title or f"PagerDuty incident {incident.number or incident.id}",
        severity=_severity(incident),
        services=_names(incident.service),
        labels=_labels(event, incident),
        dedup_key=f"pagerduty:{incident.id}",
        links=(incident.html_url,) if incident.html_url else (),
    )


def _passed_over(event: _Event) -> Reading:
    return Reading(
        key=event.id,
        kind=None,
        occurred_at=event.occurred_at,
        title=event.event_type,
        reason=f"Inquest does not act on {event.event_type}",
        is_ping=event.event_type == PING,
    )


def _names(service: _Reference | None) -> tuple[tuple[str, ...], ...]:
    if service is None:
        return ()
    return ((service.summary[:NAME_CHARS_MAX], service.id),) if service.summary else ((service.id,),)


def _severity(incident: _Incident) -> Severity:
    if incident.priority and (found := _PRIORITY.match(incident.priority.summary or "")):
        return _SEVERITIES[int(found[1]) - 1]
    return "low" if incident.urgency == "low" else "high"


def _labels(event: _Event, incident: _Incident) -> dict[str, str]:
    labels = {
        "event_type": event.event_type,
        "number": str(incident.number) if incident.number else "",
        "urgency": incident.urgency or "",
        "priority": (incident.priority.summary or "") if incident.priority else "",
    }
    return {name: value for name, value in labels.items() if value}
