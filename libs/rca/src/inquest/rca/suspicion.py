"""How much speaks for each entity being where the trouble began."""

from collections.abc import Mapping, Sequence

from inquest.rca.cause import Term
from inquest.rca.finding import Finding
from inquest.rca.graph import CallGraph
from inquest.rca.symptoms import Trouble
from inquest.rca.tables import Target
from inquest.rca.weights import Weights

ONSET_SLACK_S = 60.0


def suspicion(
    findings: Sequence[Finding],
    found: Mapping[str, Trouble],
    graph: CallGraph,
    target: Target,
    weights: Weights,
) -> dict[str, list[Term]]:
    """The terms of each entity's log-odds, before any change is looked at."""
    del findings
    first = min((t.onset for t in found.values() if t.onset is not None), default=None)
    last = max((t.onset for t in found.values() if t.onset is not None), default=None)
    return {
        entity: _terms(trouble, found, graph, target, weights, first, last) for entity, trouble in sorted(found.items())
    }


def _terms(
    trouble: Trouble,
    found: Mapping[str, Trouble],
    graph: CallGraph,
    target: Target,
    weights: Weights,
    first: float | None,
    last: float | None,
) -> list[Term]:
    terms = [Term("prior", weights.prior, (), "few entities are the cause")]
    local = tuple(index for _, index in sorted(trouble.local, reverse=True)[:3])
    spread = tuple(index for _, index in sorted(trouble.spread, reverse=True)[:3])
    if trouble.local:
        terms.append(Term("local", weights.local * trouble.local_strength, local, "trouble of its own"))
    if trouble.spread:
        terms.append(Term("spread", weights.spread * trouble.spread_strength, spread, "slow or failing"))
    guilty, share = _explained(trouble, found, graph)
    if guilty is not None:
        value = weights.victim * share * (1 - 0.7 * trouble.local_strength)
        terms.append(Term("victim", value, guilty.indices()[:1], f"its callee {guilty.entity} explains it"))
    callers = graph.upstream(trouble.entity)
    troubled = sum(found[c].strength for c in callers if c in found)
    if troubled:
        value = weights.explains * troubled / (troubled + 1.0) * trouble.strength
        terms.append(Term("explains", value, (), "troubled callers depend on it"))
    if first is not None and last is not None and trouble.onset is not None and last > first:
        early = 1 - (trouble.onset - first) / (last - first)
        terms.append(Term("onset", weights.onset * (2 * early - 1), (), "how early its trouble began"))
    if target.entity is not None and target.entity == trouble.entity:
        terms.append(Term("target", weights.target, (), "the page names it"))
    return terms


def _explained(trouble: Trouble, found: Mapping[str, Trouble], graph: CallGraph) -> tuple[Trouble | None, float]:
    """The callee that best explains an entity's trouble, and how well (0 to 1)."""
    best: tuple[float, str] | None = None
    for callee, distance in graph.downstream(trouble.entity).items():
        other = found.get(callee)
        if other is None or callee in graph.upstream(trouble.entity):
            continue
        if other.onset is not None and trouble.onset is not None and other.onset > trouble.onset + ONSET_SLACK_S:
            continue
        share = other.strength * 0.9 ** (distance - 1)
        if best is None or (share, callee) > best:
            best = (share, callee)
    return (found[best[1]], best[0]) if best else (None, 0.0)
