"""How much speaks for each entity being where the trouble began."""

from collections.abc import Mapping

from inquest.rca.cause import Term
from inquest.rca.graph import CallGraph
from inquest.rca.symptoms import CAUSED, CHANNELS, OWN, STRONG, Trouble
from inquest.rca.tables import Target
from inquest.rca.weights import Weights

ONSET_SLACK_S = 60.0
# With traces of the window at hand, what served no traced request is an unlikely cause of their failure.
# A callee that is merely slow or failing explains its callers too, but its own callee may be behind it.
SPREAD_SHARE = 0.7
TRACED_MIN = 8
OFF_PATH = 0.35

_WHY = {
    "resource": "its own resources or limits moved",
    "excess": "it accounts for what the objective lost",
    "spread": "its own measurements are bad",
    "flow": "its code takes another way than before",
    "log": "its logs say so",
    "own_time": "its own work became slower",
    "gap": "its calls lose time on the way",
    "origin": "errors arise in it",
    "calls": "its calls changed",
}


def suspicion(
    found: Mapping[str, Trouble], graph: CallGraph, target: Target, weights: Weights
) -> dict[str, list[Term]]:
    """The terms of each entity's log-odds, before any change is looked at."""
    onsets = [t.onset for t in found.values() if t.onset is not None]
    traced = graph.traced if len(graph.traced) >= TRACED_MIN else None
    span = (min(onsets), max(onsets)) if onsets else None
    return {
        entity: _terms(trouble, found, graph, target, weights, span, traced)
        for entity, trouble in sorted(found.items())
    }


def _terms(
    trouble: Trouble,
    found: Mapping[str, Trouble],
    graph: CallGraph,
    target: Target,
    weights: Weights,
    span: tuple[float, float] | None,
    traced: frozenset[str] | None,
) -> list[Term]:
    terms = [Term("prior", weights.prior, (), "few entities are the cause")]
    for channel in CHANNELS:
        strength = trouble.strength(channel)
        if strength > 0:
            worth = getattr(weights, channel) * strength
            if traced is not None and trouble.entity not in traced:
                worth *= OFF_PATH
            terms.append(Term(channel, worth, trouble.indices(channel)[:3], _WHY[channel]))
    guilty, share = _explained(trouble, found, graph)
    spared = _not_by_slowness(trouble, guilty)
    caused = sum(term.log_odds for term in terms if term.name in CAUSED and term.name not in spared)
    if guilty is not None and caused > 0:
        # Only what a callee can bring about is explained away; own trouble stays.
        value = -min(weights.victim, caused) * share
        terms.append(Term("victim", value, guilty.indices()[:1], f"its callee {guilty.entity} explains it"))
    callers = [found[c].strength(*CAUSED) for c in graph.upstream(trouble.entity) if c in found]
    if callers:
        value = weights.explains * max(callers) * trouble.strength(*OWN, "flow", "origin")
        terms.append(Term("explains", value, (), "callers in trouble depend on it"))
    if span is not None and trouble.onset is not None and span[1] > span[0]:
        early = 1 - (trouble.onset - span[0]) / (span[1] - span[0])
        terms.append(Term("onset", weights.onset * (2 * early - 1), (), "how early its trouble began"))
    if target.entity is not None and target.entity == trouble.entity:
        terms.append(Term("target", weights.target, (), "the page names it"))
    elif _is_aside(trouble.entity, target, graph):
        terms.append(Term("aside", weights.aside, (), f"{target.entity}, which the page names, does not depend on it"))
    return terms


def _is_aside(entity: str, target: Target, graph: CallGraph) -> bool:
    """Whether the paged entity is known to call others, and neither calls this one, directly or not, nor is called."""
    if target.entity is None or not graph.callees.get(target.entity):
        return False
    return entity not in graph.downstream(target.entity) and entity not in graph.upstream(target.entity)


def _explained(trouble: Trouble, found: Mapping[str, Trouble], graph: CallGraph) -> tuple[Trouble | None, float]:
    """The callee that best explains an entity's trouble, and how well (0 to 1)."""
    best: tuple[float, str] | None = None
    upstream = graph.upstream(trouble.entity)
    for callee, distance in graph.downstream(trouble.entity).items():
        other = found.get(callee)
        if other is None or callee in upstream or _later(other, trouble):
            continue
        own = other.strength(*OWN, "flow", "origin", "log")
        share = max(own, SPREAD_SHARE * other.strength("spread")) * 0.9 ** (distance - 1) * _enough(other, trouble)
        if best is None or (share, callee) > best:
            best = (share, callee)
    return (found[best[1]], best[0]) if best else (None, 0.0)


def _not_by_slowness(trouble: Trouble, guilty: Trouble | None) -> frozenset[str]:
    """The channels of an entity whose code breaks that a callee does not explain which is slow but does not fail."""
    breaks = any(trouble.classes.get(name, 0.0) > STRONG for name in ("nil", "schema", "defect"))
    if guilty is None or guilty.silent or not breaks or trouble.classes.get("timeout"):
        return frozenset()
    fails = guilty.strength("log", "origin") > STRONG or any(
        guilty.classes.get(name, 0.0) > STRONG for name in ("errors", "success")
    )
    return frozenset() if fails else frozenset({"log", "origin"})


def _enough(other: Trouble, trouble: Trouble) -> float:
    """A callee that failed 600 times does not explain 3,000 failures."""
    if not other.lines or not trouble.lines:
        return 1.0
    return min(1.0, other.lines / trouble.lines)


def _later(other: Trouble, trouble: Trouble) -> bool:
    if other.onset is None or trouble.onset is None:
        return False
    return other.onset >= trouble.onset + ONSET_SLACK_S
