"""PagerDuty Webhooks V3: which events matter, and what they say."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from inquest.contracts.v1.signal import Severity, SignalKind
from inquest.intake.domain.payload import Key, Line, Moment, Payload, Word, labelled, links, text_at, understood
from inquest.intake.domain.reading import Reading, content_key
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.severity import severity_of
from inquest.intake.domain.source import Delivered, Source

PING = "pagey.ping"
OWN_KEY = "inquest-"  # begins the key of what Inquest's own channel raises when a person is needed
OWN_CLIENT = "Inquest"
KINDS: dict[str, SignalKind] = {
    "incident.triggered": "alert",
    "incident.reopened": "alert",
    "incident.escalated": "alert",
    "incident.unacknowledged": "alert",
    "incident.priority_updated": "alert",
    "incident.urgency_updated": "alert",
    "incident.title_updated": "alert",
    "incident.service_updated": "alert",
    "incident.resolved": "resolution",
}
_PASSED_OVER = {
    "incident.acknowledged": "somebody took the incident; it stays open until it is resolved",
    "incident.annotated": "a note changes nothing about the fault",
    "incident.conference_bridge.updated": "it concerns the people who respond, not the fault",
    "incident.custom_field_values.updated": "Inquest reads no custom fields of PagerDuty",
    "incident.delegated": "it concerns the people who respond, not the fault",
    "incident.incident_type.changed": "the type of an incident says nothing about the fault",
    "incident.reassigned": "it concerns the people who respond, not the fault",
    "incident.status_update_published": "a status update changes nothing about the fault",
}
_PASSED_OVER_BY_PREFIX = {
    "incident.action_invocation.": "an automation ran; what it changed comes from the system that it changed",
    "incident.responder.": "it concerns the people who respond, not the fault",
    "incident.workflow.": "an automation ran; what it changed comes from the system that it changed",
    "service.": "it is a setting of PagerDuty; which services there are is said by the catalogue of inquest.yaml",
}


class _Reference(Payload):
    id: Word = ""
    summary: Word = ""


class _Incident(Payload):
    id: Key
    incident_key: Word = ""
    title: Line = ""
    number: int | None = None
    status: Word = ""
    urgency: Word = ""
    html_url: str = ""
    service: _Reference = _Reference()
    priority: _Reference = _Reference()
    escalation_policy: _Reference = _Reference()
    teams: tuple[_Reference, ...] = ()


class _Event(Payload):
    id: Word = ""
    event_type: Word = Field(min_length=1)
    occurred_at: Moment | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class _Envelope(Payload):
    event: _Event


def read(body: dict[str, Any], delivered: Delivered) -> tuple[Reading, ...]:
    """Return what a V3 delivery says. Raises Refused for V2 payloads and anything else."""
    if isinstance(body.get("messages"), list):
        raise Refused(
            "v2-payload",
            "this is a PagerDuty V2 webhook (it has `messages`)",
            "create a V3 subscription: Integrations > Generic Webhooks (v3)",
        )
    event = understood(_Envelope, body, "a PagerDuty V3 event").event
    key, occurred_at = event.id or content_key(body), event.occurred_at or delivered.received_at
    kind = KINDS.get(event.event_type)
    if kind is None:
        reason = f"Inquest does not act on {event.event_type}: {_why_not(event.event_type)}"
        return (Reading(key, None, occurred_at, event.event_type, reason, is_ping=event.event_type == PING),)
    incident = understood(_Incident, event.data, "a PagerDuty incident", ("event", "data"))
    if incident.incident_key.startswith(OWN_KEY) or text_at(body, "event", "client", "name") == OWN_CLIENT:
        reason = "Inquest raised this incident itself, because a person is needed"
        return (Reading(key, None, occurred_at, event.event_type, reason),)
    if kind == "alert" and incident.status == "resolved":  # such as a priority set in the review afterwards
        reason = f"{event.event_type} of an incident that is resolved"
        return (Reading(key, None, occurred_at, event.event_type, reason),)
    return (
        Reading(
            key=key,
            kind=kind,
            occurred_at=occurred_at,
            title=incident.title or f"PagerDuty incident {incident.number or incident.id}",
            severity=_severity(incident),
            services=_names(incident.service),
            labels=_labels(event, incident),
            dedup_key=f"pagerduty:{incident.id}",
            links=links(incident.html_url),
        ),
    )


def _replay(body: Any, _: Mapping[str, str]) -> str | None:
    return text_at(body, "event", "id")


SOURCE = Source("pagerduty", read, _replay)


def _why_not(event_type: str) -> str:
    by_prefix = (why for prefix, why in _PASSED_OVER_BY_PREFIX.items() if event_type.startswith(prefix))
    return _PASSED_OVER.get(event_type) or next(by_prefix, "it is kept, and nothing follows from it")


def _names(service: _Reference) -> tuple[tuple[str, ...], ...]:
    names = tuple(name for name in (service.summary, service.id) if name)
    return (names,) if names else ()


def _severity(incident: _Incident) -> Severity:
    return severity_of(incident.priority.summary) or ("low" if incident.urgency == "low" else "high")


def _labels(event: _Event, incident: _Incident) -> dict[str, str]:
    return labelled(
        {
            "event_type": event.event_type,
            "number": incident.number,
            "urgency": incident.urgency,
            "priority": incident.priority.summary,
            "escalation_policy": incident.escalation_policy.summary,
            "teams": ", ".join(team.summary for team in incident.teams),
        }
    )
