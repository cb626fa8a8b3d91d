"""Plain text: a PagerDuty note, a PagerDuty status update, the text part of a mail, a page of the Events API. Pure."""

from typing import Any

from inquest.contracts.latest import Notice, Severity
from inquest.contracts.text import plain
from inquest.notifier.domain.formats.outline import Outline, fitted

NOTE_CHARS_MAX = 25_000
STATUS_CHARS_MAX = 1000
SUMMARY_CHARS_MAX = 1024  # of an event, by the Events API v2
_LABEL_WIDTH = 14
_SEVERITIES: dict[Severity, str] = {
    "critical": "critical",
    "high": "error",
    "medium": "warning",
    "low": "info",
    "info": "info",
}


def note(notice: Notice) -> str:
    """Return the notice as lines of plain text; the last one says which notice it is."""
    return fitted(notice, _note, len, NOTE_CHARS_MAX)


def status_update(notice: Notice) -> str:
    """Return the news in a few sentences, for people who only follow the incident."""
    return fitted(notice, _status, len, STATUS_CHARS_MAX)


def event(notice: Notice, routing_key: str) -> dict[str, Any]:
    """Return a trigger event. One incident has one dedup key: while it is open, a repeat opens nothing new."""
    content = notice.content
    return {
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": f"inquest-{notice.tenant}-{notice.incident_id or notice.investigation_id}",
        "client": "Inquest",
        "payload": {
            "summary": plain(notice.subject, SUMMARY_CHARS_MAX) or "Inquest needs a person",
            "source": plain(content.services[0]) if content and content.services else "inquest",
            "severity": "info" if notice.kind == "test" else _SEVERITIES[content.severity] if content else "error",
            "custom_details": {"notice": note(notice)},
        },
        "links": [{"href": link.url, "text": link.title} for link in fitted(notice, lambda made: made.links, len, 5)],
    }


def _note(outline: Outline) -> str:
    lines = [outline.heading]
    if outline.facts:
        lines.append(outline.facts)
    for part in outline.parts:
        labels = [part.label, *[""] * (len(part.lines) - 1)]
        width = _LABEL_WIDTH if part.label else 0
        lines += [f"{label:<{width}}{line}" for label, line in zip(labels, part.lines, strict=True)]
    lines += [f"{link.title}: {link.url}" for link in outline.links]
    lines.append(outline.reference)
    return "\n".join(lines)


def _status(outline: Outline) -> str:
    parts = {part.label: part for part in outline.parts}
    chosen = [parts[label] for label in ("Changed", "Next step") if label in parts]
    return "\n".join([outline.heading, *(f"{part.label}: {'; '.join(part.lines)}" for part in chosen)])
