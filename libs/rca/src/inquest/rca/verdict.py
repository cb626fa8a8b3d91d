"""`rank`: from findings to ranked causes and what follows from the first."""

from collections.abc import Sequence
from dataclasses import replace

from inquest.rca.accounting import settle_excess
from inquest.rca.candidates import Incident, candidates, remediation
from inquest.rca.cause import Cause, Ranking, Term
from inquest.rca.confidence import band, complaint_shown, confidences
from inquest.rca.finding import Finding, Sight, order_key
from inquest.rca.graph import call_graph
from inquest.rca.onset import incident_onset
from inquest.rca.operational import operations
from inquest.rca.suspicion import TRACED_MIN, suspicion
from inquest.rca.symptoms import CAUSED, troubles
from inquest.rca.tables import Target
from inquest.rca.unheard import unheard, with_stand_ins
from inquest.rca.weights import DEFAULT, Weights

CAUSES_MAX = 20
RADIUS_MAX = 12
RADIUS_STRENGTH_MIN = 0.4
RADIUS_BELOW_MIN = 0.7
# The cause may be seen a little after the first symptom: samples are a minute apart.
PRECEDES_SLACK_S = 60.0
# The log-odds that a cause must beat beside its rivals: that it is none.
NOTHING = 0.0


def rank(
    findings: Sequence[Finding],
    target: Target,
    coverage: Sequence[Sight] = (),
    weights: Weights = DEFAULT,
) -> Ranking:
    """Rank the causes that `findings` speak for. The order of `findings` does not matter."""
    order = sorted(range(len(findings)), key=lambda index: order_key(findings[index]))
    incident = _incident([findings[index] for index in order], target, coverage, weights)
    causes = candidates(incident, weights)[:CAUSES_MAX]
    if not causes:
        return _undetermined((), coverage, "Nothing left its normal level, and no change was seen.")
    sure = confidences(causes, incident.shown)
    causes = [replace(cause, confidence=value) for cause, value in zip(causes, sure, strict=True)]
    return _conclude(causes, incident, order, coverage)


def _incident(findings: Sequence[Finding], target: Target, coverage: Sequence[Sight], weights: Weights) -> Incident:
    graph = call_graph(findings, target.entity)
    found = troubles(findings, target.entity)
    mute = unheard(graph, coverage)
    settle_excess(findings, graph, found, target, mute)
    return Incident(
        findings=findings,
        found=found,
        graph=graph,
        target=target,
        onset=incident_onset(findings, target.fired_at),
        operations=operations(findings, graph, target),
        suspects=with_stand_ins(suspicion(found, graph, target, weights), graph, mute),
        shown=complaint_shown(target, found, coverage),
    )


def _conclude(causes: Sequence[Cause], incident: Incident, order: Sequence[int], coverage: Sequence[Sight]) -> Ranking:
    first = causes[0]
    support = [incident.findings[index] for index in first.support]
    onsets = [finding.onset_at for finding in support if finding.onset_at is not None]
    precedes = bool(onsets) and incident.onset is not None and min(onsets) <= incident.onset + PRECEDES_SLACK_S
    level, caps = band(
        first.confidence,
        precedes=precedes,
        sources=len({_source(finding) for finding in support}),
        coverage=coverage,
        shown=incident.shown,
        lead=first.score - max([NOTHING, *(cause.score for cause in causes[1:2])]),
    )
    told = tuple(_as_given(cause, order) for cause in causes)
    if level == "undetermined":
        none = _undetermined(told, coverage, "No cause stands out from the others.")
        return replace(none, caps=caps, shown=incident.shown)
    return Ranking(
        causes=told,
        first_failing=first.entity,
        blast_radius=_radius(first.entity, incident),
        remediation=remediation(first, incident),
        band=level,
        confidence=first.confidence,
        shown=incident.shown,
        no_change=first.change_ref is None,
        open_questions=_questions(coverage),
        caps=caps,
    )


def _source(finding: Finding) -> str:
    """Two findings agree independently when they come from different kinds of telemetry."""
    return "change" if finding.kind in {"change", "flag"} else finding.kind


def _undetermined(causes: tuple[Cause, ...], coverage: Sequence[Sight], question: str) -> Ranking:
    return Ranking(
        causes=causes,
        first_failing=None,
        blast_radius=(),
        remediation="none",
        band="undetermined",
        confidence=causes[0].confidence if causes else 0.0,
        no_change=False,
        open_questions=(question, *_questions(coverage)),
    )


def _questions(coverage: Sequence[Sight]) -> tuple[str, ...]:
    return tuple(
        f"What would {sight.capability} show? It was {sight.status}: {sight.reason or 'no reason given'}"
        for sight in coverage
        if sight.status in {"failed", "skipped"}
    )


def _as_given(cause: Cause, order: Sequence[int]) -> Cause:
    """The cause with indices into the findings as the caller gave them."""

    def back(indices: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(order[index] for index in indices)

    terms = tuple(Term(t.name, t.log_odds, back(t.findings), t.why) for t in cause.contributions)
    return replace(cause, support=back(cause.support), against=back(cause.against), contributions=terms)


def _radius(entity: str, incident: Incident) -> tuple[str, ...]:
    """Who suffers: entities in trouble; one that the cause itself calls only when its trouble is plain."""
    below = set(incident.graph.downstream(entity)) - set(incident.graph.upstream(entity))
    served = incident.graph.traced if len(incident.graph.traced) >= TRACED_MIN else None
    hurt = {
        name: trouble.strength(*CAUSED, "excess")
        for name, trouble in incident.found.items()
        if name != entity and (served is None or name in served)
    }
    kept = [
        name
        for name, strength in hurt.items()
        if strength >= (RADIUS_BELOW_MIN if name in below else RADIUS_STRENGTH_MIN)
    ]
    return tuple(sorted(kept, key=lambda name: (-hurt[name], name))[:RADIUS_MAX])
