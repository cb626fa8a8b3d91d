"""From what people ask to the messages that carry it. Pure."""

from datetime import datetime

from inquest.api.domain.requests import CancelBody, FeedbackBody, StartBody
from inquest.contracts.latest import (
    CancelInvestigation,
    Feedback,
    Focus,
    InvestigationStory,
    StartInvestigation,
    Window,
    derive_id,
)


def start_command(body: StartBody, tenant: str, requested_by: str) -> StartInvestigation:
    """Return the command. Its investigation id follows from the key, or else from what is asked."""
    cause = body.idempotency_key or body.model_dump_json(exclude_none=True)
    baseline = (
        Window(start=body.baseline_start, end=body.baseline_end) if body.baseline_start and body.baseline_end else None
    )
    return StartInvestigation(
        tenant=tenant,
        investigation_id=derive_id("investigation", tenant, "started", cause),
        title=body.title or f"{', '.join(body.services)}: asked by {requested_by}"[:500],
        mode=body.mode or "balanced",
        mode_given=body.mode is not None,
        budget=body.budget.choice() if body.budget else None,
        focus=Focus(services=body.services, metric=body.metric, text=body.title),
        window=Window(start=body.start, end=body.end),
        baseline=baseline,
        requested_by=requested_by,
    )


def cancel_command(body: CancelBody, tenant: str, investigation_id: str, requested_by: str) -> CancelInvestigation:
    """Return the command."""
    return CancelInvestigation(
        tenant=tenant, investigation_id=investigation_id, reason=body.reason, requested_by=requested_by
    )


def feedback_event(body: FeedbackBody, story: InvestigationStory, given_by: str, now: datetime) -> Feedback:
    """Return the event. Without a verdict id it is about the verdict that stands: concluded, else newest, else none."""
    summary = story.summary
    return Feedback(
        feedback_id=derive_id(
            "feedback",
            summary.tenant,
            summary.investigation_id,
            given_by,
            body.idempotency_key or now.isoformat(),
        ),
        tenant=summary.tenant,
        investigation_id=summary.investigation_id,
        verdict_id=body.verdict_id or standing_verdict(story),
        judgement=body.judgement,
        cause=body.cause,
        given_by=given_by,
        given_at=now,
    )


def standing_verdict(story: InvestigationStory) -> str | None:
    """Return the id of the verdict that people see."""
    for event in reversed(story.events):
        if event.concluded:
            return event.concluded.verdict_id
    return story.verdicts[-1].verdict_id if story.verdicts else None
