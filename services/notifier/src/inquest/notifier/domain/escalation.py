"""When a person must look, and what the person is told about why. Pure."""

from collections.abc import Sequence

from inquest.config.notices import EscalationConfig, EscalationReason
from inquest.contracts.latest import AdmissionDecided, InvestigationRecorded, Severity, Verdict
from inquest.notifier.domain.advice import saw_nothing

ENDED = frozenset({"concluded", "cancelled", "timed-out"})


def verdict_reason(verdict: Verdict, severity: Severity, rules: EscalationConfig) -> str:
    """Return why a verdict about an incident of this severity needs a person; empty where it does not."""
    if severity not in rules.severities:
        return ""
    if "failed" in rules.reasons and verdict.coverage and not verdict.evidence_ids and saw_nothing(verdict):
        return "no data source could be looked at, so the investigation says nothing"
    if "low-confidence" not in rules.reasons:
        return ""
    if verdict.band in rules.bands:
        return f"the verdict is {verdict.band} ({verdict.confidence:.2f}): a person must decide"
    if verdict.confidence < rules.confidence_below:
        return f"confidence is {verdict.confidence:.2f}, below {rules.confidence_below:.2f}: a person must decide"
    return ""


def is_asked_about(severity: Severity, reason: EscalationReason, rules: EscalationConfig) -> bool:
    """Whether a person is asked about incidents of this severity for this reason."""
    return reason in rules.reasons and severity in rules.severities


def refusal_reason(decided: AdmissionDecided) -> str:
    """Return why there is no investigation, and how many wait."""
    waiting = f"; {decided.waiting} waiting" if decided.waiting else ""
    return f"not investigated: {decided.reason or decided.cause}{waiting}"


def stalled_reason(events: Sequence[InvestigationRecorded], admission: AdmissionDecided | None, waited_s: int) -> str:
    """Return why there is no answer yet; empty where there is one, or where a refusal was told."""
    if any(event.type in ENDED for event in events):
        return ""
    if events:
        finished = {event.step_finished.step_id for event in events if event.step_finished}
        planned = [event.step_planned.task for event in events if event.step_planned]
        open_ = [task.capability_id for task in planned if task.step_id not in finished]
        where = f"; waiting for {', '.join(open_)}" if open_ else ""
        return f"no answer after {waited_s} s{where}"
    if admission is None or admission.outcome == "admitted":
        return f"no investigation was begun within {waited_s} s"
    if admission.outcome == "waiting":
        return f"not begun within {waited_s} s: {admission.reason or admission.cause}"
    return ""
