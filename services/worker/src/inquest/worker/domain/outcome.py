"""The outcome of a step: its evidence within the limits of one atomic batch, and the message that ends it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from inquest.contracts.latest import CapabilityTask, Coverage, Evidence, StepFinished, StepStatus
from inquest.contracts.spending import by_provider, distinct, together
from inquest.worker.domain.answers import Answer, calls_of, coverage_of
from inquest.worker.domain.detectors import source_of
from inquest.worker.domain.evidence import evidence_of, injections_of
from inquest.worker.domain.examine import Examined

EVIDENCE_MAX = 900  # the server takes 1,000 messages in one atomic batch
EVIDENCE_BYTES_MAX = 64 * 1024
BATCH_BYTES_MAX = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is recorded, all or nothing."""

    evidence: tuple[Evidence, ...]
    finished: StepFinished


def conclude(
    task: CapabilityTask, answers: Sequence[Answer], examined: Examined, *, now: datetime, wall_ms: float
) -> Outcome:
    """Return the step's outcome. A step that saw nothing still ends, and says why."""
    usable = {answer.domain: answer for answer in answers if answer.usable and answer.domain not in examined.failures}
    found = [
        evidence_of(task, finding, usable[source_of(finding, tuple(usable))]) for finding in examined.analysis.findings
    ]
    found += [one for answer in answers for one in injections_of(task, answer)]
    evidence, dropped = strongest(found, floor=task.quality_threshold)
    coverage = tuple(
        coverage_of(
            task, answer, examined.failures.get(answer.domain, "") or (examined.failure if answer.usable else "")
        )
        for answer in answers
    )
    results = [answer.result for answer in answers if answer.result]
    reasons = [
        f"{row.interface}: {row.reason or row.status}" for row in coverage if row.status in {"failed", "skipped"}
    ]
    finished = StepFinished(
        step_id=task.step_id,
        tenant=task.tenant,
        investigation_id=task.investigation_id,
        capability=task.capability_id,
        status=_status(coverage, examined, answered=bool(usable)),
        evidence_ids=tuple(one.evidence_id for one in evidence),
        coverage=coverage,
        losses=(*examined.analysis.losses, *dropped, *((f"{examined.failure}.",) if examined.failure else ())),
        calls=calls_of(answers),
        bytes_read=sum(result.size_bytes for result in results),
        provider_ms=max((result.duration_ms for result in results), default=0.0),
        analysis_ms=examined.analysis_ms,
        wall_ms=wall_ms,
        finished_at=now,
        reason="; ".join(reasons),
        entities=examined.analysis.entities,
        tokens=sum(result.tokens for result in results),
        call_ms=round(sum(result.duration_ms for result in results), 3),
        by_provider=together(row for result in results for row in by_provider(result)),
        limits_reached=distinct(one for result in results for one in result.limits_reached),
    )
    return Outcome(evidence, finished)


def strongest(found: Iterable[Evidence], *, floor: float = 0.0) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """Return each finding once, strongest first, within the limits; the sentences say what was left out."""
    unique = {one.evidence_id: one for one in found}
    ranked = sorted(unique.values(), key=lambda one: (-one.strength, one.evidence_id))
    good = [one for one in ranked if one.strength >= floor]
    kept: list[Evidence] = []
    size = 0
    for one in good:
        weight = len(one.model_dump_json())
        if len(kept) < EVIDENCE_MAX and weight <= EVIDENCE_BYTES_MAX and size + weight <= BATCH_BYTES_MAX:
            kept.append(one)
            size += weight
    losses = []
    if weak := len(ranked) - len(good):
        losses.append(f"Findings left out because they are weaker than {floor:g}, as the task asks: {weak}.")
    if over := len(good) - len(kept):
        losses.append(f"Findings left out because one step cannot hold more: {over}.")
    return tuple(kept), tuple(losses)


def _status(coverage: Sequence[Coverage], examined: Examined, *, answered: bool) -> StepStatus:
    """Return succeeded when some domain was read and nothing broke; that nobody serves any is no fault either."""
    broken = bool(examined.failure) or any(row.status == "failed" for row in coverage)
    if answered:
        return "partial" if broken else "succeeded"
    return "failed" if broken else "partial"
