"""From stored messages to what people read: one line of a list, and the whole story. Pure folds.

The result depends on the set of rows alone: neither their order nor repeats change it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from inquest.contracts.latest import (
    AdmissionDecided,
    Concluded,
    Evidence,
    Feedback,
    Incident,
    InvestigationRecorded,
    InvestigationState,
    InvestigationStory,
    InvestigationSummary,
    Message,
    NoticeSent,
    Signal,
    StepFinished,
    TimelineEntry,
    ToolCall,
    Verdict,
)
from inquest.tracestore.domain.rows import Row, parse
from inquest.tracestore.domain.texts import describe

MessageT = TypeVar("MessageT", bound=Message)
Parsed = Sequence[tuple[Row, Message | None]]

_ENDS: dict[str, InvestigationState] = {
    "concluded": "concluded",
    "cancelled": "cancelled",
    "timed-out": "timed-out",
}


def assemble(rows: Iterable[Row]) -> InvestigationStory | None:
    """Return the story of one investigation, or None while its first event is not there.

    `rows` are the messages of one investigation, of its incident and of that incident's signals.
    """
    read = parsed(rows)
    summary = _summarise(read)
    if summary is None:
        return None
    verdicts = distinct(of(read, Verdict), lambda verdict: verdict.verdict_id)
    return InvestigationStory(
        summary=summary,
        incident=newest_incident(read, summary.incident_id),
        signals=distinct(of(read, Signal), lambda signal: signal.signal_id, lambda signal: signal.occurred_at),
        events=_events(read),
        steps=distinct(of(read, StepFinished), lambda step: step.step_id, lambda step: step.finished_at),
        evidence=distinct(of(read, Evidence), lambda evidence: evidence.evidence_id),
        verdicts=tuple(sorted(verdicts, key=lambda verdict: verdict.revision)),
        tool_calls=distinct(of(read, ToolCall), lambda call: call.call_id, lambda call: call.called_at),
        notices=distinct(
            of(read, NoticeSent), lambda notice: (notice.notice_id, notice.outcome), lambda notice: notice.at
        ),
        feedback=_feedback(read),
        admissions=distinct(of(read, AdmissionDecided), lambda decided: decided.number),
        timeline=tuple(entry(row, message) for row, message in read),
    )


def summarise(rows: Iterable[Row]) -> InvestigationSummary | None:
    """Return the line of one investigation, or None while its first event is not there."""
    return _summarise(parsed(rows))


def entry(row: Row, message: Message | None) -> TimelineEntry:
    """Return the line of the timeline for one row, at the time the server stored it."""
    return TimelineEntry(at=row.stored_at, subject=row.subject, text=describe(message, row.subject))


def parsed(rows: Iterable[Row]) -> Parsed:
    """Return each row once, with its message, in the order in which the server stored them."""
    # One clock stamps all streams of a server, so its time orders messages of different streams by cause.
    unique = {(row.stream, row.seq): row for row in rows}
    ordered = sorted(unique.values(), key=lambda row: (row.stored_at, row.seq, row.stream))
    return [(row, parse(row)) for row in ordered]


def of(read: Parsed, model: type[MessageT]) -> list[MessageT]:
    """Return the messages of one kind."""
    return [message for _, message in read if isinstance(message, model)]


def distinct(
    messages: Iterable[MessageT],
    identity: Callable[[MessageT], Any],
    at: Callable[[MessageT], Any] = lambda _: 0,
) -> tuple[MessageT, ...]:
    """Return the first message of each identity, in order of time, then identity."""
    first: dict[Any, MessageT] = {}
    for message in messages:
        first.setdefault(identity(message), message)
    return tuple(sorted(first.values(), key=lambda message: (at(message), identity(message))))


def _events(read: Parsed) -> tuple[InvestigationRecorded, ...]:
    return distinct(of(read, InvestigationRecorded), lambda event: event.number)


def _feedback(read: Parsed) -> tuple[Feedback, ...]:
    return distinct(of(read, Feedback), lambda given: given.feedback_id, lambda given: given.given_at)


def newest_incident(read: Parsed, incident_id: str) -> Incident | None:
    """Return what is known of an incident by now, or None."""
    newest: Incident | None = None
    for incident in of(read, Incident):
        # Later rows win ties: an update and a resolution may carry one time.
        if incident.incident_id == incident_id and (newest is None or incident.updated_at >= newest.updated_at):
            newest = incident
    return newest


def _summarise(read: Parsed) -> InvestigationSummary | None:
    events = _events(read)
    if not events or events[0].opened is None:
        return None
    first, opened = events[0], events[0].opened
    incident = newest_incident(read, opened.incident_id)
    concluded = _last_conclusion(events)
    ends = [event for event in events if event.type in _ENDS]
    feedback = _feedback(read)
    return InvestigationSummary(
        investigation_id=first.investigation_id,
        incident_id=opened.incident_id,
        tenant=first.tenant,
        title=opened.title,
        state=_ENDS[ends[-1].type] if ends else _working(events),
        mode=opened.mode,
        severity=incident.severity if incident else "high",
        services=(incident.services if incident else ()) or opened.focus.services,
        opened_at=first.at,
        ended_at=ends[-1].at if ends else None,
        headline=concluded.summary if concluded else "",
        band=concluded.band if concluded else None,
        confidence=concluded.confidence if concluded else None,
        judgement=feedback[-1].judgement if feedback else None,
    )


def _working(events: Sequence[InvestigationRecorded]) -> InvestigationState:
    return "running" if any(event.type == "step-planned" for event in events) else "planned"


def _last_conclusion(events: Sequence[InvestigationRecorded]) -> Concluded | None:
    return next((event.concluded for event in reversed(events) if event.concluded), None)
