"""The fold: a case becomes a verdict. The same case gives the same verdict, whatever the order of arrival."""

from datetime import datetime

from inquest.contracts.latest import CapabilitySpend, Spend, Timings, Verdict, derive_id
from inquest.contracts.spending import distinct, together
from inquest.rca.cause import Ranking
from inquest.rca.verdict import rank
from inquest.verifier.domain.case import Case
from inquest.verifier.domain.conflicts import reconcile
from inquest.verifier.domain.findings import HYPOTHESES_MAX, finding_of, hypothesis_of, sights_of, target_of
from inquest.verifier.domain.ledger import ledger_of
from inquest.verifier.domain.wording import cited, first_sign_of, headline_of

ATTEMPTS_MAX = 3  # shown in a verdict; the trace has all of them


def verdict_id_of(case: Case) -> str:
    """Return the id of this round's steps and evidence: a repeat is the same verdict, a late empty step is not."""
    parts = (*(step.step_id for step in case.steps), *(one.evidence_id for one in case.evidence))
    return derive_id("verdict", case.investigation_id, str(case.round), *parts)


def is_superseded(verdict: Verdict, known: Verdict) -> bool:
    """Say whether a known verdict leaves nothing to add: it is this one, of a later round, or rests on more."""
    if known.verdict_id == verdict.verdict_id or known.round > verdict.round:
        return True
    return known.round == verdict.round and set(known.evidence_ids) > set(verdict.evidence_ids)


def decide(case: Case, *, now: datetime) -> Verdict:
    """Return the verdict of the case, as revision 1; whoever appends it numbers it."""
    reconciled = reconcile(case)
    ledger = ledger_of(case)
    pairs = [(one.evidence_id, finding) for one in reconciled.evidence if (finding := finding_of(one)) is not None]
    ids = [evidence_id for evidence_id, _ in pairs]
    findings = [finding for _, finding in pairs]
    ranking = rank(findings, target_of(case.opened.focus), sights_of(ledger, case.steps))
    told = [(cause, *cited(cause, findings)) for cause in ranking.causes[:HYPOTHESES_MAX]]
    hypotheses = tuple(hypothesis_of(cause, ids, sentence) for cause, sentence, _ in told)
    withheld = [problem for _, _, problems in told for problem in problems]
    return Verdict(
        verdict_id=verdict_id_of(case),
        tenant=case.tenant,
        investigation_id=case.investigation_id,
        incident_id=case.opened.incident_id,
        revision=1,
        round=case.round,
        reached_at=now,
        headline=headline_of(ranking.band, hypotheses, ledger),
        band=ranking.band,
        confidence=min(1.0, max(0.0, ranking.confidence)),
        hypotheses=hypotheses,
        first_failing_service=ranking.first_failing,
        first_sign=first_sign_of(reconciled.evidence, _about(case, ranking)),
        blast_radius=ranking.blast_radius,
        remediation=ranking.remediation,
        coverage=ledger,
        ceilings=ranking.caps,
        open_questions=(*ranking.open_questions, *reconciled.contradictions, *_attempts(case)),
        losses=tuple(dict.fromkeys([*(loss for step in case.steps for loss in step.losses), *withheld])),
        evidence_ids=tuple(one.evidence_id for one in case.evidence),
        spend=_spend(case),
        timings=_timings(case),
        stopped_by=distinct([*(one for step in case.steps for one in step.limits_reached), *case.stopped_by]),
    )


def _attempts(case: Case) -> tuple[str, ...]:
    """Say who seems to have written to us through telemetry: nothing rests on it, and somebody should look."""
    found = sorted({one.statement for one in case.evidence if one.kind == "injection-attempt"})
    more = (f"{len(found) - ATTEMPTS_MAX} more texts read so.",) if len(found) > ATTEMPTS_MAX else ()
    return (*found[:ATTEMPTS_MAX], *more)


def _about(case: Case, ranking: Ranking) -> frozenset[str]:
    """Who the verdict is about: the cause, whom it reached, and whom the page named."""
    named = (ranking.first_failing, *ranking.blast_radius, *case.opened.focus.services)
    return frozenset(name for name in named if name)


def _spend(case: Case) -> Spend:
    return Spend(
        calls=sum(step.calls for step in case.steps),
        bytes_read=sum(step.bytes_read for step in case.steps),
        tokens=sum(step.tokens for step in case.steps),
        repeated_calls=case.repeated_calls,
        provider_ms=sum(step.provider_ms for step in case.steps),
        by_capability=tuple(_share(case, name) for name in sorted({step.capability for step in case.steps})),
        call_ms=round(sum(step.call_ms for step in case.steps), 3),
        by_provider=together(row for step in case.steps for row in step.by_provider),
    )


def _share(case: Case, capability: str) -> CapabilitySpend:
    steps = [step for step in case.steps if step.capability == capability]
    return CapabilitySpend(
        capability=capability,
        calls=sum(step.calls for step in steps),
        bytes_read=sum(step.bytes_read for step in steps),
        provider_ms=sum(step.provider_ms for step in steps),
        tokens=sum(step.tokens for step in steps),
        call_ms=round(sum(step.call_ms for step in steps), 3),
    )


def _timings(case: Case) -> Timings:
    """Steps of one round run side by side: the wall time of the round is that of its slowest step."""
    steps = [step for step in case.steps if case.rounds[step.step_id] == case.round]
    return Timings(
        provider_ms=sum(step.provider_ms for step in steps),
        analysis_ms=sum(step.analysis_ms for step in steps),
        steps_wall_ms=max((step.wall_ms for step in steps), default=0.0),
    )
