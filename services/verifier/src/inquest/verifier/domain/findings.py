"""Evidence (contracts) as findings (rca), and the ranking as hypotheses."""

from collections.abc import Mapping, Sequence

from inquest.contracts.latest import Cause, Coverage, Evidence, EvidenceKind, Focus, Hypothesis, StepFinished
from inquest.rca.cause import Cause as RankedCause
from inquest.rca.finding import Finding, Kind, Sight
from inquest.rca.tables import Target, Window
from inquest.verifier.domain.ledger import best_status

HYPOTHESES_MAX = 10
_KINDS: Mapping[EvidenceKind, Kind] = {
    "metric": "metric",
    "log": "log",
    "trace": "trace",
    "change": "change",
    "flag": "flag",
    "event": "event",
}


def finding_of(evidence: Evidence) -> Finding | None:
    """Return the finding, or None for kinds that say nothing about causes, such as an injection attempt."""
    kind = _KINDS.get(evidence.kind)
    if kind is None:
        return None
    return Finding(
        kind,
        evidence.entity,
        evidence.statement,
        Window(evidence.window.start.timestamp(), evidence.window.end.timestamp()),
        evidence.onset_at.timestamp() if evidence.onset_at else None,
        evidence.strength,
        evidence.features,
        evidence.provenance.query,
    )


def target_of(focus: Focus) -> Target:
    """Return what the page said."""
    fired_at = focus.fired_at.timestamp() if focus.fired_at else None
    return Target(next(iter(focus.services), None), focus.metric, fired_at, focus.text)


def sights_of(ledger: Sequence[Coverage], steps: Sequence[StepFinished] = ()) -> tuple[Sight, ...]:
    """Return how well each capability could look, and which entities its steps heard of."""
    found = []
    for capability in dict.fromkeys(row.capability for row in ledger):
        rows = [row for row in ledger if row.capability == capability]
        status = best_status(rows)
        reasons = dict.fromkeys(row.reason for row in rows if row.reason and row.status != "looked")
        heard = {entity for step in steps if step.capability == capability for entity in step.entities}
        told = "; ".join(reasons) if status != "looked" else ""
        found.append(Sight(capability, status, told, tuple(sorted(heard))))
    return tuple(found)


def hypothesis_of(cause: RankedCause, ids: Sequence[str], mechanism: str) -> Hypothesis:
    """Return one ranked cause with evidence ids in place of indices into what was ranked."""
    contributions: dict[str, float] = {}
    for term in cause.contributions:
        contributions[term.name] = contributions.get(term.name, 0.0) + term.log_odds
    return Hypothesis(
        cause=Cause(kind=cause.kind, entity=cause.entity, change_ref=cause.change_ref),
        mechanism=mechanism,
        confidence=min(1.0, max(0.0, cause.confidence)),
        support=tuple(ids[index] for index in cause.support),
        against=tuple(ids[index] for index in cause.against),
        refuting_query=cause.refuting_query,
        contributions=contributions,
    )
