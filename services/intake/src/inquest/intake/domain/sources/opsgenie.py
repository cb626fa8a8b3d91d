"""Opsgenie, and the alerts of Jira Service Management, which sends the same: the Webhook integration."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from inquest.contracts.v1.signal import SignalKind
from inquest.intake.domain.payload import Key, Line, Moment, Payload, Word, labelled, text_at, understood
from inquest.intake.domain.reading import Reading, content_key
from inquest.intake.domain.severity import severity_of
from inquest.intake.domain.source import Delivered, Source

KINDS: dict[str, SignalKind] = {
    "create": "alert",
    "unacknowledge": "alert",
    "escalate": "alert",
    "escalatenext": "alert",
    "updatepriority": "alert",
    "close": "resolution",
    "delete": "resolution",
}
_SERVICE_DETAILS = ("service", "service_name", "app", "application", "component")


class _Alert(Payload):
    alertId: Key  # noqa: N815 - Opsgenie's names
    message: Line = ""
    tinyId: Word = ""  # noqa: N815
    alias: Word = ""
    entity: Word = ""
    priority: Word = ""
    source: Word = ""
    tags: tuple[Word, ...] = ()
    impactedServices: tuple[Word, ...] = ()  # noqa: N815
    details: dict[str, Any] = Field(default_factory=dict)
    createdAt: Moment | None = None  # noqa: N815 - ms
    updatedAt: Moment | None = None  # noqa: N815 - ns


class _Event(Payload):
    action: Word = Field(min_length=1)
    alert: dict[str, Any] = Field(default_factory=dict)


def read(body: dict[str, Any], delivered: Delivered) -> tuple[Reading, ...]:
    """Return what a delivery says."""
    event = understood(_Event, body, "an Opsgenie event")
    kind = KINDS.get(event.action.casefold())
    if kind is None or not event.alert:
        why = "it says nothing new about the fault" if event.alert else "it concerns no alert"
        reason = f"Inquest does not act on {event.action}: {why}"
        return (Reading(_key(body), None, delivered.received_at, event.action, reason),)
    alert = understood(_Alert, event.alert, "an Opsgenie alert", ("alert",))
    changed_at = alert.createdAt if event.action.casefold() == "create" else alert.updatedAt
    names = (*(str(alert.details.get(name) or "")[:200] for name in _SERVICE_DETAILS), alert.entity)
    names = tuple(filter(None, names))
    return (
        Reading(
            key=_key(body),
            kind=kind,
            occurred_at=changed_at or alert.createdAt or delivered.received_at,
            title=alert.message.strip() or f"Opsgenie alert {alert.tinyId or alert.alertId}",
            severity=severity_of(alert.priority) or "high",
            services=(names,) if names else (),
            hints=(*(tag.removeprefix("service:") for tag in alert.tags), *alert.impactedServices),
            labels=_labels(event.action, alert),
            dedup_key=f"opsgenie:{alert.alertId}",
        ),
    )


def _replay(body: Any, _: Mapping[str, str]) -> str | None:
    when = text_at(body, "alert", "updatedAt") or text_at(body, "alert", "createdAt")
    parts = (text_at(body, "alert", "alertId"), text_at(body, "action"), when)
    return ":".join(filter(None, parts)) if all(parts) else None


SOURCE = Source("opsgenie", read, _replay)


def _key(body: dict[str, Any]) -> str:
    return _replay(body, {}) or content_key(body)


def _labels(action: str, alert: _Alert) -> dict[str, str]:
    details = {name: value for name, value in alert.details.items() if isinstance(value, str | int | float)}
    own = {
        "action": action,
        "number": alert.tinyId,
        "alias": alert.alias,
        "entity": alert.entity,
        "priority": alert.priority,
        "origin": alert.source,
        "tags": ", ".join(alert.tags),
    }
    return labelled({**own, **{name: value for name, value in details.items() if name not in own}})
