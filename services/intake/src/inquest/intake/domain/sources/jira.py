"""Jira Cloud and Server (Data Center): tickets open, join or resolve incidents by the tenant's rules."""

from collections.abc import Iterator
from typing import Any

from pydantic import ConfigDict, Field

from inquest.config.source_rules import JiraRules, TicketMatch, fits
from inquest.contracts.v1.signal import Severity
from inquest.intake.domain.payload import Key, Line, Moment, Payload, Word, labelled, links, understood
from inquest.intake.domain.reading import Reading, content_key
from inquest.intake.domain.severity import severity_of
from inquest.intake.domain.source import Delivered, Source

IDENTIFIER = "x-atlassian-webhook-identifier"  # Server before 10 sends none
AUTOMATION = "automation"  # a rule of Jira Automation posts the issue itself, without an event
DELETED = "jira:issue_deleted"
_ISSUE_EVENTS = ("jira:issue_created", "jira:issue_updated", DELETED, AUTOMATION)
_MATTERS = ("status", "resolution", "priority", "summary", "labels", "component", "issuetype", "project", "Key")
_ADF_DEPTH_MAX = 20


class _Named(Payload):
    name: Word = ""
    key: Word = ""


class _Status(_Named):
    statusCategory: _Named = _Named()  # noqa: N815 - Jira's name


class _Fields(Payload):
    model_config = ConfigDict(extra="allow")  # custom fields may name services

    summary: Line = ""
    description: Any = None  # text, or a document in ADF
    project: _Named = _Named()
    issuetype: _Named = _Named()
    priority: _Named = _Named()
    status: _Status = _Status()
    resolution: _Named | None = None
    labels: tuple[Word, ...] = ()
    components: tuple[_Named, ...] = ()
    created: Moment | None = None
    updated: Moment | None = None


class _Issue(Payload):
    id: Key
    key: Word = ""
    self: str = ""
    fields: _Fields = _Fields()


class _ChangedField(Payload):
    field: Word = ""
    fieldId: Word = ""  # noqa: N815 - Jira's name


class _Changelog(Payload):
    items: tuple[_ChangedField, ...] = ()


class _Event(Payload):
    webhookEvent: Word = Field(min_length=1)  # noqa: N815 - Jira's name
    timestamp: Moment | None = None
    issue: _Issue | None = None
    changelog: _Changelog = _Changelog()
    comment: dict[str, Any] = Field(default_factory=dict)


def read(body: dict[str, Any], delivered: Delivered) -> tuple[Reading, ...]:
    """Return what a delivery says, by the rules of the tenant's source."""
    if "webhookEvent" not in body and isinstance(body.get("fields"), dict):
        body = {"webhookEvent": AUTOMATION, "issue": body}
    event = understood(_Event, body, "a Jira event")
    rules = delivered.settings.jira
    occurred_at = event.timestamp or (event.issue and event.issue.fields.updated) or delivered.received_at
    key = content_key(body)
    reason = _why_passed_over(event, rules)
    if event.issue is None or reason:
        return (Reading(key, None, occurred_at, event.webhookEvent, reason),)
    issue, fields = event.issue, event.issue.fields
    opens = _any_match(rules.opens, fields)
    is_over = event.webhookEvent == DELETED or _is_over(fields, rules)
    if is_over and not opens:
        reason = "a ticket that only joined an incident does not resolve it"
        return (Reading(key, None, occurred_at, event.webhookEvent, reason),)
    return (
        Reading(
            key=key,
            kind="resolution" if is_over else "ticket",
            occurred_at=occurred_at,
            title=f"{issue.key or issue.id}: {fields.summary}".removesuffix(": "),
            severity=_severity(fields, rules),
            services=tuple((name,) for name in _service_names(fields, rules)),
            hints=(*fields.labels, *filter(None, (fields.project.key, fields.project.name))),
            labels=_labels(event, issue),
            dedup_key=f"jira:{issue.id}",
            links=links(_browse(issue)),
            opens=opens,
        ),
    )


SOURCE = Source("jira", read, lambda _, headers: headers.get(IDENTIFIER), (IDENTIFIER,))


def _why_passed_over(event: _Event, rules: JiraRules) -> str:
    """Return why no signal follows, or nothing."""
    name = event.webhookEvent
    if name not in _ISSUE_EVENTS:
        why = "a comment changes nothing about the fault" if name.startswith("comment_") else "it concerns no ticket"
        return f"Inquest does not act on {name}: {why}"
    if event.issue is None:
        return f"{name} without an issue"
    if name == "jira:issue_updated" and not _changed_what_matters(event.changelog, rules):
        return (
            "a comment changes nothing about the fault" if event.comment else "the update changed nothing that matters"
        )
    fields = event.issue.fields
    if not (_any_match(rules.opens, fields) or _any_match(rules.joins, fields)):
        kind = " ".join(filter(None, (fields.priority.name, fields.issuetype.name))) or "ticket"
        project = fields.project.key or "no project"
        return f"no rule is for this {kind} of {project}: see jira.opens and jira.joins of the source"
    return ""


def _changed_what_matters(changelog: _Changelog, rules: JiraRules) -> bool:
    names = {name.casefold() for item in changelog.items for name in (item.field, item.fieldId) if name}
    return not names.isdisjoint(name.casefold() for name in (*_MATTERS, *rules.service_fields))


def _any_match(matches: tuple[TicketMatch, ...], fields: _Fields) -> bool:
    return any(_match(match, fields) for match in matches)


def _match(match: TicketMatch, fields: _Fields) -> bool:
    asked = (
        (match.projects, (fields.project.key, fields.project.name)),
        (match.issue_types, (fields.issuetype.name,)),
        (match.priorities, (fields.priority.name,)),
        (match.statuses, (fields.status.name,)),
        (match.labels, fields.labels),
        (match.components, tuple(component.name for component in fields.components)),
    )
    return all(not patterns or fits(patterns, names) for patterns, names in asked)


def _is_over(fields: _Fields, rules: JiraRules) -> bool:
    if rules.resolved_statuses:
        return fits(rules.resolved_statuses, (fields.status.name,))
    return fields.status.statusCategory.key == "done" or bool(fields.resolution)


def _severity(fields: _Fields, rules: JiraRules) -> Severity:
    name = fields.priority.name
    given = {priority.casefold(): severity for priority, severity in rules.severities.items()}
    return given.get(name.casefold()) or severity_of(name) or "medium"


def _service_names(fields: _Fields, rules: JiraRules) -> tuple[str, ...]:
    whole = {**(fields.model_extra or {}), "components": [component.name for component in fields.components]}
    return tuple(dict.fromkeys(name for field in rules.service_fields for name in _texts(whole.get(field))))


def _texts(value: Any) -> Iterator[str]:
    """Yield what a custom field of any type says: text, an option, or several."""
    if isinstance(value, str) and value.strip():
        yield value.strip()[:200]
    elif isinstance(value, dict):
        yield from _texts(value.get("value") or value.get("name"))
    elif isinstance(value, list):
        for one in value[:50]:
            yield from _texts(one if isinstance(one, str | dict) else None)


def _labels(event: _Event, issue: _Issue) -> dict[str, str]:
    fields = issue.fields
    return labelled(
        {
            "event_type": event.webhookEvent,
            "ticket": issue.key,
            "project": fields.project.key,
            "issue_type": fields.issuetype.name,
            "priority": fields.priority.name,
            "status": fields.status.name,
            "resolution": fields.resolution.name if fields.resolution else "",
            "labels": ", ".join(fields.labels),
            "description": " ".join(_prose(fields.description)),
        }
    )


def _prose(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts of a description: itself, or those of a document in ADF."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < _ADF_DEPTH_MAX:
        yield from _prose(value.get("text"), depth + 1)
        content = value.get("content")
        for part in content if isinstance(content, list) else ():
            yield from _prose(part, depth + 1)


def _browse(issue: _Issue) -> str:
    """Return the address for people; `self` is that of the API on the same host and path."""
    start, found, _ = issue.self.partition("/rest/")
    return f"{start}/browse/{issue.key}" if found and issue.key else ""
