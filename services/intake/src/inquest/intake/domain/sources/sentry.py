"""Sentry's integration platform: issue alerts, metric alerts, and what becomes of issues."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from inquest.contracts.v1.signal import Severity, SignalKind
from inquest.intake.domain.payload import Line, Moment, Payload, Word, labelled, links, understood
from inquest.intake.domain.reading import Reading, content_key
from inquest.intake.domain.severity import severity_of
from inquest.intake.domain.source import Delivered, Source

RESOURCE = "sentry-hook-resource"
TIMESTAMP = "sentry-hook-timestamp"
REQUEST_ID = "request-id"
_PROJECT = re.compile(r"/projects/[^/]+/([^/]+)/")
_ISSUE_KINDS: dict[str, SignalKind] = {
    "created": "alert",
    "unresolved": "alert",
    "triggered": "alert",
    "resolved": "resolution",
    "archived": "resolution",
    "ignored": "resolution",
}
_METRIC_KINDS: dict[str, tuple[SignalKind, Severity]] = {
    "critical": ("alert", "critical"),
    "warning": ("alert", "medium"),
    "resolved": ("resolution", "info"),
}
_PASSED_OVER = {
    "error": "single errors are too many to act on; have an alert rule call Inquest",
    "comment": "a comment changes nothing about the fault",
    "installation": "it only says that the integration was installed or removed",
}


class _Hook(Payload):
    action: Word = Field(min_length=1)
    data: dict[str, Any] = Field(default_factory=dict)


class _Project(Payload):
    id: Word = ""
    slug: Word = ""
    name: Word = ""


class _Issue(Payload):
    id: Word = Field(min_length=1)
    shortId: Word = ""  # noqa: N815 - Sentry's names
    title: Line = ""
    culprit: Word = ""
    level: Word = ""
    substatus: Word = ""
    firstSeen: Moment | None = None  # noqa: N815
    lastSeen: Moment | None = None  # noqa: N815
    web_url: str = ""
    permalink: str = ""
    project: _Project = _Project()


class _Occurrence(Payload):
    """The event that made an alert rule fire."""

    event_id: Word = ""
    issue_id: Word = ""
    title: Line = ""
    culprit: Word = ""
    level: Word = ""
    datetime: Moment | None = None
    environment: Word = ""
    release: Word = ""
    url: str = ""
    web_url: str = ""
    project: Word = ""
    tags: tuple[Any, ...] = ()


class _EventAlert(Payload):
    event: _Occurrence
    triggered_rule: Word = ""


class _AlertRule(Payload):
    name: Word = ""
    aggregate: Word = ""
    environment: Word = ""


class _Metric(Payload):
    id: Word = Field(min_length=1)
    title: Line = ""
    date_started: Moment | None = None
    date_detected: Moment | None = None
    date_closed: Moment | None = None
    projects: tuple[Word, ...] = ()
    alert_rule: _AlertRule = _AlertRule()


class _MetricAlert(Payload):
    metric_alert: _Metric
    description_title: Line = ""
    description_text: Word = ""
    web_url: str = ""


class _IssueEvent(Payload):
    issue: _Issue


def read(body: dict[str, Any], delivered: Delivered) -> tuple[Reading, ...]:
    """Return what a delivery says; the resource is in a header, or plain from the data."""
    hook = understood(_Hook, body, "a Sentry hook")
    resource = delivered.headers.get(RESOURCE) or _resource(hook.data)
    reader = _READERS.get(resource)
    found = reader(hook, delivered, content_key(body)) if reader else None
    if found is None:
        why = _PASSED_OVER.get(resource, "it says nothing new about the fault")
        reason = f"Inquest does not act on {resource} {hook.action}: {why}"
        is_hello = resource == "installation" and hook.action == "created"
        title = f"{resource} {hook.action}"
        found = Reading(content_key(body), None, delivered.received_at, title, reason, is_ping=is_hello)
    return (found,)


SOURCE = Source("sentry", read, lambda _, headers: headers.get(REQUEST_ID), (RESOURCE, TIMESTAMP, REQUEST_ID))


def _resource(data: Mapping[str, Any]) -> str:
    """Return the resource of a hook that came without its header."""
    known = {"event": "event_alert", "metric_alert": "metric_alert", "issue": "issue", "installation": "installation"}
    return next((resource for name, resource in known.items() if name in data), "an unknown resource")


def _issue(hook: _Hook, delivered: Delivered, key: str) -> Reading | None:
    kind = _ISSUE_KINDS.get(hook.action)
    if kind is None:
        return None
    issue = understood(_IssueEvent, hook.data, "a Sentry issue", ("data",)).issue
    # The same issue may be resolved twice and look the same both times; only the header tells the times apart.
    stamp = delivered.headers.get(TIMESTAMP, "")
    names = tuple(filter(None, (issue.project.slug, issue.project.name, issue.project.id)))
    return Reading(
        key=f"{key}:{stamp}",
        kind=kind,
        occurred_at=_issue_time(hook.action, issue) or delivered.received_at,
        title=issue.title or f"Sentry issue {issue.shortId or issue.id}",
        severity=severity_of(issue.level) or "high",
        services=(names,) if names else (),
        labels=labelled(
            {
                "event_type": f"issue {hook.action}",
                "issue": issue.shortId,
                "level": issue.level,
                "culprit": issue.culprit,
                "substatus": issue.substatus,
            }
        ),
        dedup_key=f"sentry:issue:{issue.id}",
        links=links(issue.web_url, issue.permalink),
        opens=hook.action == "triggered" or kind == "resolution" or delivered.settings.sentry.new_issues_open,
    )


def _issue_time(action: str, issue: _Issue) -> datetime | None:
    """Return when it happened, where the issue says it: of a resolution it does not."""
    if _ISSUE_KINDS[action] == "resolution":
        return None
    return issue.firstSeen if action == "created" else issue.lastSeen


def _event_alert(hook: _Hook, delivered: Delivered, key: str) -> Reading | None:
    alert = understood(_EventAlert, hook.data, "a Sentry issue alert", ("data",))
    event, tags = alert.event, dict(_tags(alert.event.tags))
    slug = _PROJECT.search(event.url)
    names = tuple(filter(None, (tags.get("service", ""), slug[1] if slug else "", event.project)))
    issue = event.issue_id or event.event_id or key
    return Reading(
        key=key,
        kind="alert",
        occurred_at=event.datetime or delivered.received_at,
        title=event.title or alert.triggered_rule or "Sentry issue alert",
        severity=severity_of(event.level) or "high",
        services=(names,) if names else (),
        labels=labelled(
            {
                "event_type": f"event_alert {hook.action}",
                "rule": alert.triggered_rule,
                "level": event.level,
                "culprit": event.culprit,
                "environment": event.environment or tags.get("environment"),
                "release": event.release or tags.get("release"),
            }
        ),
        dedup_key=f"sentry:issue:{issue}",
        links=links(event.web_url),
    )


def _tags(tags: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    """Yield tags, which come as pairs or as objects."""
    for tag in tags:
        pair = (tag.get("key"), tag.get("value")) if isinstance(tag, dict) else tag
        match pair:
            case [str(name), str(value)]:
                yield name, value[:200]


def _metric_alert(hook: _Hook, delivered: Delivered, key: str) -> Reading | None:
    if hook.action not in _METRIC_KINDS:
        return None
    kind, severity = _METRIC_KINDS[hook.action]
    said = understood(_MetricAlert, hook.data, "a Sentry metric alert", ("data",))
    alert, rule = said.metric_alert, said.metric_alert.alert_rule
    when = alert.date_closed if kind == "resolution" else alert.date_detected or alert.date_started
    return Reading(
        key=key,
        kind=kind,
        occurred_at=when or delivered.received_at,
        title=said.description_title or rule.name or alert.title or "Sentry metric alert",
        severity=severity,
        services=tuple((project,) for project in alert.projects),
        metric=rule.aggregate or None,
        labels=labelled(
            {
                "event_type": f"metric_alert {hook.action}",
                "rule": rule.name,
                "description": said.description_text,
                "environment": rule.environment,
            }
        ),
        dedup_key=f"sentry:metric:{alert.id}",
        links=links(said.web_url),
    )


_READERS: dict[str, Callable[[_Hook, Delivered, str], Reading | None]] = {
    "issue": _issue,
    "activity_alert": _issue,
    "event_alert": _event_alert,
    "metric_alert": _metric_alert,
}
