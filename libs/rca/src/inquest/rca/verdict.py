"""`rank`: from findings to ranked causes and what follows from the first."""

from collections.abc import Mapping, Sequence

from inquest.rca.accounting import settle_excess
from inquest.rca.cause import Cause, CauseKind, Ranking, Remediation, Term
from inquest.rca.confidence import band, probability
from inquest.rca.conviction import Scene, conviction, scene
from inquest.rca.finding import Finding, Sight, order_key
from inquest.rca.graph import CallGraph, call_graph
from inquest.rca.nature import nature
from inquest.rca.onset import incident_onset
from inquest.rca.operational import operations
from inquest.rca.ownership import owners
from inquest.rca.suspicion import suspicion
from inquest.rca.symptoms import CAUSED, Trouble, troubles
from inquest.rca.tables import Target
from inquest.rca.weights import DEFAULT, Weights

CAUSES_MAX = 20
STRONG = 0.4


def rank(
    findings: Sequence[Finding],
    target: Target,
    coverage: Sequence[Sight] = (),
    weights: Weights = DEFAULT,
) -> Ranking:
    """Rank the causes that `findings` speak for. The order of `findings` does not matter."""
    order = sorted(range(len(findings)), key=lambda index: order_key(findings[index]))
    ordered = [findings[index] for index in order]
    graph = call_graph(ordered)
    found = troubles(ordered)
    onset = incident_onset(ordered, target.fired_at)
    seen = operations(ordered, graph, target)
    settle_excess(ordered, graph, found)
    terms = suspicion(found, graph, target, weights)
    changes = [(i, f) for i, f in enumerate(ordered) if f.detector == "change"]
    now = scene(ordered, [*graph.callees, *graph.callers, *found], target, onset, seen)
    causes = _entity_causes(terms, found) + _change_causes(changes, terms, found, graph, now, weights)
    causes.sort(key=lambda cause: (-cause.score, cause.entity, cause.change_ref or ""))
    causes = _with_confidence(causes[:CAUSES_MAX], order)
    return _ranking(causes, findings, found, graph, coverage, onset)


def _entity_causes(terms: Mapping[str, list[Term]], found: Mapping[str, Trouble]) -> list[Cause]:
    causes = []
    for entity, own in terms.items():
        kind, _ = nature(found[entity])
        mechanism = f"{entity} itself is in trouble; no change is needed to explain it."
        causes.append(_cause(kind, entity, None, mechanism, own, found[entity].indices()))
    return causes


def _cause(
    kind: CauseKind,
    entity: str,
    ref: str | None,
    mechanism: str,
    terms: list[Term],
    support: tuple[int, ...],
) -> Cause:
    against = tuple(dict.fromkeys(i for term in terms if term.log_odds < 0 for i in term.findings))
    return Cause(
        kind=kind,
        entity=entity,
        change_ref=ref,
        mechanism=mechanism,
        score=sum(term.log_odds for term in terms),
        confidence=0.0,
        support=tuple(i for i in support if i not in against)[:8],
        against=against[:8],
        refuting_query=_refuting(entity, ref),
        contributions=tuple(terms),
    )


def _refuting(entity: str, ref: str | None) -> str:
    if ref is not None:
        return f"Does the symptom stay when {ref[:12]} is reverted, or did it begin before {ref[:12]} was live?"
    return f"Do other entities show the same trouble before {entity} does, or without calling it?"


def _change_causes(
    changes: Sequence[tuple[int, Finding]],
    entity_terms: Mapping[str, list[Term]],
    found: Mapping[str, Trouble],
    graph: CallGraph,
    now: Scene,
    weights: Weights,
) -> list[Cause]:
    causes = []
    by_change = conviction(changes, now, weights)
    for index, change in changes:
        entity, base = _seat(change, entity_terms, found, graph, weights)
        kind: CauseKind = "config" if change.text("change_kind") in {"config", "scale"} else "change"
        mechanism = f"{change.text('change_kind')} {change.text('ref')[:12]}: {change.text('why')}."
        support = tuple(dict.fromkeys([index, *(i for t in base if t.log_odds > 0 for i in t.findings)]))
        causes.append(_cause(kind, entity, change.text("ref"), mechanism, [*base, *by_change[index]], support))
    return causes


def _seat(
    change: Finding,
    entity_terms: Mapping[str, list[Term]],
    found: Mapping[str, Trouble],
    graph: CallGraph,
    weights: Weights,
) -> tuple[str, list[Term]]:
    """The entity through which a change acts, and what speaks for that entity.

    Where it was deployed, else who owns the paths; an entity without trouble of its own may still
    hurt those that call it.
    """
    known = {*entity_terms, *graph.callees, *graph.callers}
    entities = change.text("entities").split() or list(
        owners(change.text("files").split("\n"), change.text("title"), sorted(known))
    )
    best: tuple[float, str, list[Term]] | None = None
    for entity in sorted(entities):
        base = list(entity_terms.get(entity, [Term("prior", weights.prior, (), "few entities are the cause")]))
        callers = [found[c] for c in graph.callers.get(entity, ()) if c in found]
        hurt = max((c.strength(*CAUSED) for c in callers), default=0.0)
        own = found[entity].strength() if entity in found else 0.0
        if hurt > own:
            base.append(Term("neighbours", weights.neighbours * (hurt - own), (), "its callers are in trouble"))
        score = sum(term.log_odds for term in base)
        if best is None or score > best[0]:
            best = (score, entity, base)
    if best is None:
        return change.entity or "unknown", [Term("prior", weights.prior, (), "few entities are the cause")]
    return best[1], best[2]


def _with_confidence(causes: Sequence[Cause], order: Sequence[int]) -> list[Cause]:
    """Confidence against the best other cause, and finding indices as the caller knows them."""
    scores = [cause.score for cause in causes]

    def back(indices: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(order[index] for index in indices)

    return [
        Cause(
            kind=cause.kind,
            entity=cause.entity,
            change_ref=cause.change_ref,
            mechanism=cause.mechanism,
            score=cause.score,
            confidence=probability(scores, place),
            support=back(cause.support),
            against=back(cause.against),
            refuting_query=cause.refuting_query,
            contributions=tuple(Term(t.name, t.log_odds, back(t.findings), t.why) for t in cause.contributions),
        )
        for place, cause in enumerate(causes)
    ]


def _ranking(
    causes: Sequence[Cause],
    findings: Sequence[Finding],
    found: Mapping[str, Trouble],
    graph: CallGraph,
    coverage: Sequence[Sight],
    onset: float | None,
) -> Ranking:
    if not causes or causes[0].score < -1.0:
        question = "Nothing left its normal level strongly enough to name a cause."
        top = causes[0].confidence if causes else 0.0
        return Ranking(tuple(causes), None, (), "none", "undetermined", min(top, 0.2), False, (question,))
    first = causes[0]
    support = [findings[index] for index in first.support]
    onsets = [f.onset_at for f in support if f.onset_at is not None]
    precedes = bool(onsets) and onset is not None and min(onsets) <= onset + 60.0
    level, caps = band(first.confidence, precedes=precedes, sources=len({f.kind for f in support}), coverage=coverage)
    upstream = graph.upstream(first.entity)
    radius = sorted(
        (
            name
            for name, trouble in found.items()
            if name != first.entity and trouble.strength() > STRONG and (name in upstream or not upstream)
        ),
        key=lambda name: (-found[name].strength(), name),
    )
    questions = tuple(f"{s.capability} was {s.status}: {s.reason}" for s in coverage if s.status != "looked")
    return Ranking(
        causes=tuple(causes),
        first_failing=first.entity,
        blast_radius=tuple(radius[:20]),
        remediation=_remedy(first, findings, found),
        band=level,
        confidence=first.confidence,
        no_change=first.change_ref is None,
        open_questions=questions,
        caps=caps,
    )


def _remedy(first: Cause, findings: Sequence[Finding], found: Mapping[str, Trouble]) -> Remediation:
    if first.change_ref is None:
        return nature(found[first.entity])[1]
    kinds = {findings[i].text("change_kind") for i in first.support if findings[i].text("ref") == first.change_ref}
    if "flag" in kinds:
        return "flag-disable"
    return "config-revert" if kinds & {"config", "scale"} else "rollback"
