"""Datadog's webhook, in the payload that Inquest ships: `inquest sources template datadog` prints it.

Datadog fills the variables in and sends those that it does not know as they stand. Names are compared without case
and underscores, so that other people's templates, which name their fields after the variables, are read too.
Source: https://docs.datadoghq.com/integrations/webhooks/#variables
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from inquest.contracts.v1.signal import Severity
from inquest.intake.domain import labels as of
from inquest.intake.domain.payload import Line, Moment, Payload, Word, labelled, links, text_at, understood
from inquest.intake.domain.reading import Reading, content_key, passed_over
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.severity import severity_of
from inquest.intake.domain.source import Delivered, Source

_PREFIX = re.compile(r"\[([A-Za-z- ]+?)(?: on [^\]]*)?\]\s*")  # "[Re-Triggered on {host:a}] Disk is full"
_TRANSITIONS: dict[str, Severity] = {
    "triggered": "high",
    "alert": "high",
    "no data": "medium",
    "warn": "medium",
    "renotify": "high",
    "notify": "high",
}
RECOVERED = "recovered"
EMPTY = {"", "null", "none"}


def _one_text(tags: Any) -> Any:
    return ",".join(map(str, tags)) if isinstance(tags, list) else tags


class _Event(Payload):
    alertid: Word = ""
    alertcyclekey: Word = ""
    alerttransition: Word = ""
    alerttype: Word = ""
    alertpriority: Word = ""
    alertmetric: Word = ""
    alertscope: Line = ""
    alertstatus: Line = ""
    alerttitle: Line = ""
    eventtitle: Line = ""
    title: Line = ""
    hostname: Word = ""
    date: Moment | None = None
    lastupdated: Moment | None = None
    tags: Annotated[str, BeforeValidator(_one_text)] = ""
    link: str = ""
    snapshot: str = ""
    orgid: Word = ""
    orgname: Word = ""


def read(body: dict[str, Any], when: Delivered) -> tuple[Reading, ...]:
    """Return what a notification says. Raises Refused naming the field that is wrong."""
    event = understood(_Event, _filled(body), "a Datadog webhook in Inquest's payload")
    title = event.alerttitle or event.eventtitle or event.title
    prefix = _PREFIX.match(title)
    transition = (event.alerttransition or (prefix[1] if prefix else "")).casefold()
    key = _replay(body, {}) or content_key(body)
    if not title and not transition:
        hint = "paste what `inquest sources template datadog` prints into the webhook's Payload"
        raise Refused("not-understood", "not a Datadog webhook in Inquest's payload: it has no alert_transition", hint)
    if transition in EMPTY:
        reason = "an event of Datadog without $ALERT_TRANSITION is no notification of a monitor"
        return (passed_over(key, when.received_at, reason),)
    rules, tags = when.settings.labels, _tags(event)
    if reason := of.ignored(tags, rules):
        return (passed_over(key, when.received_at, reason),)
    return (_reading(event, key, transition, _PREFIX.sub("", title), tags, when),)


def _reading(event: _Event, key: str, transition: str, title: str, tags: Mapping[str, str], when: Delivered) -> Reading:
    rules = when.settings.labels
    of_monitor = f"{event.alertid}:{event.alertscope or event.hostname}" if event.alertid else title
    return Reading(
        key=key,
        kind="resolution" if transition == RECOVERED else "alert",
        occurred_at=event.date or event.lastupdated or when.received_at,
        title=title or event.alertstatus or f"Datadog monitor {event.alertid}: {transition}",
        severity=severity_of(event.alertpriority)
        or of.severity(tags, rules)
        or _TRANSITIONS.get(transition.removeprefix("re-"))
        or severity_of(event.alerttype)
        or "high",
        services=of.services(tags, rules),
        metric=event.alertmetric or None,
        labels=labelled(
            {
                "monitor": event.alertid,
                "transition": event.alerttransition,
                "status": event.alertstatus,
                "scope": event.alertscope,
                "org": event.orgname or event.orgid,
                **({"host": event.hostname} if "host" not in tags else {}),
                **tags,
            }
        ),
        dedup_key=f"datadog:{event.alertcyclekey or of_monitor}",
        links=links(event.link, event.snapshot),
    )


def _filled(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that Datadog filled in, by lower-case name without underscores."""
    named = {re.sub(r"[^a-z]", "", name.casefold()): value for name, value in body.items()}
    return {name: value for name, value in named.items() if not _unfilled(value)}


def _unfilled(value: Any) -> bool:
    return isinstance(value, str) and (value.startswith("$") or not value.strip())


def _tags(event: _Event) -> dict[str, str]:
    """Return tags by name; `monitor` alone is a tag without a value. The first of several with one name counts."""
    tags: dict[str, str] = {}
    for tag in (*event.tags.split(","), *event.alertscope.split(",")):
        name, _, value = tag.strip().partition(":")
        if name and value:
            tags.setdefault(name, value)
    return tags


def _replay(body: Mapping[str, Any], _: Mapping[str, str]) -> str | None:
    filled = _filled(body)
    event_id = text_at(filled, "id")
    # With the transition, so that a template that names the monitor here does not make its recovery a repeat.
    return f"{event_id}:{text_at(filled, 'alerttransition')}" if event_id else None


SOURCE = Source("datadog", read, _replay)
