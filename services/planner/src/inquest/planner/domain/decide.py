"""Decisions: state and input in, next events out. Asked again with the same input, they say nothing more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import (
    CancelInvestigation,
    Concluded,
    Ended,
    EventType,
    Focus,
    Incident,
    InvestigationRecorded,
    LimitReached,
    Opened,
    Priority,
    RoundClosed,
    StartInvestigation,
    StepFinished,
    StepPlanned,
    StepRecorded,
    Verdict,
    derive_id,
)
from inquest.contracts.spending import distinct
from inquest.planner.domain.rounds import closing, focus_on, is_worth_another, unplanned
from inquest.planner.domain.state import Investigation, apply
from inquest.planner.domain.stops import stops_of
from inquest.planner.domain.terms import Span, Terms
from inquest.planner.domain.windows import incident_span, request_span

EVENTS_MAX = 100  # of one decision; more would be a decision that feeds itself
Body = Opened | StepPlanned | StepRecorded | RoundClosed | Concluded | Ended


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is decided but has no number yet."""

    type: EventType
    body: Body

    def numbered(self, tenant: str, investigation_id: str, number: int, at: datetime) -> InvestigationRecorded:
        """Return the event as it is recorded."""
        body: dict[str, Any] = {self.type.replace("-", "_"): self.body}
        return InvestigationRecorded(
            tenant=tenant, investigation_id=investigation_id, number=number, type=self.type, at=at, **body
        )


Decision = Callable[[Investigation | None], Sequence[Draft]]


def investigation_of(tenant: str, incident_id: str) -> str:
    """Return the id of the investigation that an incident opens."""
    return derive_id("investigation", tenant, incident_id)


def events_of(
    state: Investigation | None, drafts: Sequence[Draft], *, tenant: str, investigation_id: str, at: datetime
) -> list[InvestigationRecorded]:
    """Return the drafts as numbered events, followed by everything the history then demands.

    Times never run backwards within one history, whatever the clocks behind its inputs say.
    """
    events: list[InvestigationRecorded] = []
    pending = list(drafts)
    while pending or (state and (pending := follow_through(state))):
        number, not_before = (state.number + 1, state.at) if state else (1, at)
        event = pending.pop(0).numbered(tenant, investigation_id, number, max(at, not_before))
        state = apply(state, event)
        events.append(event)
        assert len(events) <= EVENTS_MAX, f"{investigation_id}: a decision of more than {EVENTS_MAX} events"
    return events


def follow_through(state: Investigation) -> list[Draft]:
    """Return what the history alone demands next: the rest of a half-planned round, or a closing that is due."""
    if state.end == "cancelled":
        return []
    if not state.round_is_closed:
        if state.end is None and (tasks := unplanned(state, state.round)):
            return [Draft("step-planned", StepPlanned(task=task)) for task in tasks]
        return [] if state.awaited() else [Draft("round-closed", closing(state, "all-finished"))]
    if state.unlisted:
        return [Draft("round-closed", closing(state, "deadline" if state.awaited() else "all-finished"))]
    return []


def incident_opened(incident: Incident, terms: Terms) -> Draft:
    """Return number 1 of the investigation that a page opens."""
    focus = Focus(services=incident.services, metric=incident.metric, fired_at=incident.opened_at, text=incident.title)
    priority: Priority = "critical" if incident.severity == "critical" else "normal"
    span = incident_span(incident, terms)
    return _opened(incident.incident_id, incident.title, priority, focus, span, terms, "bus")


def start_requested(start: StartInvestigation, terms: Terms) -> Draft:
    """Return number 1 of an investigation that a person asked for. It belongs to no incident that intake knows."""
    incident_id = derive_id("incident", start.tenant, start.investigation_id)
    span = request_span(start, terms)
    return _opened(incident_id, start.title, "normal", start.focus, span, terms, start.requested_by)


def _opened(incident_id: str, title: str, priority: Priority, focus: Focus, span: Span, terms: Terms, by: str) -> Draft:
    body = Opened(
        incident_id=incident_id,
        title=title,
        mode=terms.mode,
        priority=priority,
        limits=terms.limits,
        focus=focus,
        window=span.window,
        baseline=span.baseline,
        config_revision=terms.revision,
        capabilities=terms.capabilities,
        requested_by=by,
        profile=terms.profile,
        limits_from=dict(terms.limits_from),
        shares=terms.shares,
    )
    return Draft("opened", body)


def step_finished(state: Investigation, outcome: StepFinished) -> list[Draft]:
    """Record a step once, even after the end. Raises RetryLater for a step that is not planned yet."""
    if outcome.step_id in state.finished:
        return []
    if outcome.step_id not in state.tasks:
        raise RetryLater(f"{state.investigation_id}: step {outcome.step_id} is not planned in this history")
    body = StepRecorded(
        step_id=outcome.step_id,
        capability=outcome.capability,
        status=outcome.status,
        evidence_ids=outcome.evidence_ids,
        calls=outcome.calls,
        bytes_read=outcome.bytes_read,
        tokens=outcome.tokens,
        call_ms=outcome.call_ms,
        limits_reached=outcome.limits_reached,
    )
    return [Draft("step-finished", body)]


def verdict_reached(state: Investigation, verdict: Verdict, at: datetime) -> list[Draft]:
    """Plan another round or conclude; after the end, a newer verdict is a revision.

    A verdict of an earlier round was acted upon already. Raises RetryLater when its round is not closed here.
    """
    seen = state.concluded.revision if state.concluded else 0
    if state.end == "cancelled" or verdict.round < state.round or verdict.revision <= seen:
        return []
    if verdict.round > state.round or not state.round_is_closed:
        raise RetryLater(f"{state.investigation_id}: verdict of round {verdict.round}, which is not closed here")
    stops = stops_of(state, at)
    if state.end is None and is_worth_another(state, verdict) and not stops:
        tasks = unplanned(state, state.round + 1, focus_on(state, verdict))
        if tasks:
            return [Draft("step-planned", StepPlanned(task=task)) for task in tasks]
    # A limit that nothing was refused by stopped the investigation only where it would have gone on.
    stopped = stops if state.end is None and is_worth_another(state, verdict) else ()
    return [_conclusion(verdict, (*verdict.stopped_by, *stopped))]


def _conclusion(verdict: Verdict, stopped_by: Sequence[LimitReached]) -> Draft:
    body = Concluded(
        verdict_id=verdict.verdict_id,
        revision=verdict.revision,
        band=verdict.band,
        confidence=verdict.confidence,
        summary=verdict.headline,
        stopped_by=distinct(stopped_by),
    )
    return Draft("concluded", body)


def round_deadline(state: Investigation, round_number: int) -> list[Draft]:
    """Close the round with what has finished, unless it is closed or over."""
    if state.end or state.round != round_number or state.round_is_closed:
        return []
    return [Draft("round-closed", closing(state, "deadline"))]


def investigation_deadline(state: Investigation, verdict: Verdict | None) -> list[Draft]:
    """End with the best verdict so far, or time out.

    An open round is closed first, so that what it did find still reaches a verdict, as a late one.
    """
    if state.end:
        return []
    limit_s = state.opened.limits.duration_s_max
    up = LimitReached(scope="run", what="duration", spent=limit_s, limit=limit_s)
    drafts = [] if state.round_is_closed else [Draft("round-closed", closing(state, "deadline", (up,)))]
    if verdict is not None:
        return [*drafts, _conclusion(verdict, (*verdict.stopped_by, up))]
    reason = f"no verdict within {limit_s} s"
    return [*drafts, Draft("timed-out", Ended(reason=reason))]


def cancel_requested(state: Investigation, command: CancelInvestigation) -> list[Draft]:
    """Cancel what has not ended."""
    return [] if state.end else [Draft("cancelled", Ended(reason=command.reason, by=command.requested_by))]
