"""News beside verdicts: refusals, ends without an answer, resolutions, and what people say about a verdict. Pure."""

from collections.abc import Callable
from typing import Any

from inquest.config import TenantConfig
from inquest.contracts.latest import AdmissionDecided, Decision, Ended, Feedback, Incident, NoticeContent, Verdict
from inquest.notifier.domain.content import Case, basis
from inquest.notifier.domain.decide import News
from inquest.notifier.domain.escalation import is_asked_about, refusal_reason

Make = Callable[[Case, TenantConfig, Any], News | None]
"""Takes the case, the tenant's configuration and what happened; returns None where that is not to be told."""

_LOOK = "look at {where} yourself; `inquest trace {investigation}` shows what was found so far"


def late_answer(case: Case) -> tuple[str, ...]:
    """Return what a first answer changes: something where people were told that there would be none."""
    has_timed_out = any(event.timed_out for event in case.events)
    return ("the investigation had timed out; now there is an answer",) if has_timed_out else ()


def timed_out(case: Case, tenant: TenantConfig, ended: Ended) -> News | None:
    """An investigation ended without an answer."""
    return _escalation(case, tenant, "timed-out", "timed-out", f"the investigation timed out: {ended.reason}")


def stalled(case: Case, tenant: TenantConfig, why: str) -> News | None:
    """There is no answer in time."""
    return _escalation(case, tenant, "stalled", "stalled", why)


def refused(case: Case, tenant: TenantConfig, decided: AdmissionDecided) -> News | None:
    """There will be no investigation."""
    if case.is_test or not is_asked_about(decided.severity, "refused", tenant.notices.escalation):
        return None
    content = basis(case, tenant, decided.title or case.title).model_copy(
        update={
            "reason": refusal_reason(decided),
            "next_step": f"look at it yourself, or ask: `inquest investigate --service {_where(case)}`",
            "tried": (f"waited {decided.waited_s:.0f} s in the queue",) if decided.waited_s else (),
        }
    )
    return News("admission", f"refused-{decided.number}", content)


def resolved(case: Case, tenant: TenantConfig, incident: Incident) -> News | None:
    """The incident is over."""
    if case.is_test or not tenant.notices.resolved:
        return None
    how = incident.ended_how or incident.resolution or "its source says so"
    content = _quiet(basis(case, tenant, case.title)).model_copy(update={"changed": (f"over: {how}",)})
    at = incident.resolved_at or incident.updated_at
    return News("resolved", f"resolved-{at.isoformat()}", content)


def reopening(incident: Incident) -> Decision | None:
    """Return the decision by which this event opened the incident again, or None."""
    return next((taken for taken in incident.taken if taken.what == "reopened"), None)


def reopened(case: Case, tenant: TenantConfig, again: Decision) -> News | None:
    """The incident is back."""
    if case.is_test or not tenant.notices.resolved:
        return None
    content = _quiet(basis(case, tenant, f"open again: {case.title}")).model_copy(
        update={"changed": (f"open again: {again.why}" if again.why else "open again",)}
    )
    return News("correction", f"reopened-{again.at.isoformat()}", content)


def merged(case: Case, tenant: TenantConfig, about: tuple[str, Incident | None]) -> News | None:
    """The incident turned out to be part of another."""
    id_, whole = about
    if case.is_test:
        return None
    name = f"INC-{whole.number}: {whole.title}" if whole and whole.number else id_
    content = _quiet(basis(case, tenant, f"part of {name}")).model_copy(
        update={"changed": (f"this is the same incident as {name}",)}
    )
    return News("correction", f"merged-{id_}", content)


def called_wrong(case: Case, tenant: TenantConfig, about: tuple[Feedback, Verdict | None]) -> News | None:
    """A person says that the verdict was wrong."""
    feedback, verdict = about
    if case.is_test:
        return None
    cause = f"; it really was: {feedback.cause}" if feedback.cause else ""
    said = f" ({verdict.headline})" if verdict else ""
    content = _quiet(basis(case, tenant, f"the verdict was wrong{cause}")).model_copy(
        update={"changed": (f"{feedback.given_by} says that the verdict{said} was wrong{cause}",)}
    )
    return News("correction", f"feedback-{feedback.feedback_id}", content, verdict)


def _escalation(case: Case, tenant: TenantConfig, reason: Any, cause: str, why: str) -> News | None:
    if case.is_test or not is_asked_about(case.severity, reason, tenant.notices.escalation):
        return None
    content = basis(case, tenant, f"no answer yet: {case.title}").model_copy(
        update={
            "reason": why,
            "next_step": _LOOK.format(where=_where(case), investigation=case.investigation_id),
        }
    )
    return News("escalation", cause, content)


def _quiet(content: NoticeContent) -> NoticeContent:
    return content.model_copy(update={"tried": ()})


def _where(case: Case) -> str:
    return ", ".join(case.services) or "the service that paged"
