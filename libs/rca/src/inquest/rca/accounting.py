"""Settle the shares of excess with the graph: what an entity's callees account for is not its own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from inquest.rca.finding import Finding
from inquest.rca.graph import CallGraph
from inquest.rca.symptoms import STRONG, Trouble
from inquest.rca.tables import Target

# That the paged service shows the whole of what the page is about proves nothing yet: it is guilty only by
# elimination of its callees.
BY_ELIMINATION = 0.5
# Only what the paged service depends on can account for its loss; a known graph may still lack an edge.
NOT_BELOW = 0.3
# What callers can tell of a callee that sends nothing itself.
_TOLD = ("origin", "own_time", "log")


def settle_excess(
    findings: Sequence[Finding],
    graph: CallGraph,
    found: dict[str, Trouble],
    target: Target,
    mute: frozenset[str] = frozenset(),
) -> None:
    """Give each entity the excess that is left when its direct callees' excess is taken off.

    What is left falls on a callee that fell silent, or is `mute` from the start and known to have failed its caller.
    """
    by_metric: defaultdict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
    for index, finding in enumerate(findings):
        if finding.detector == "excess":
            by_metric[finding.text("metric")][finding.entity] = (finding.number("share"), index)
    known = target.entity in graph.callees or target.entity in graph.callers
    below = graph.downstream(target.entity) if known and target.entity is not None else None
    for shares in by_metric.values():
        for entity, (share, index) in sorted(shares.items()):
            left = share - _callees(entity, shares, graph)
            if left <= 0.02:
                continue
            finding = findings[index]
            effect = max(0.0, finding.number("effect"))
            sure = finding.number("trust", 0.5) * effect / (effect + 3.0)
            if entity == target.entity:
                sure *= BY_ELIMINATION
            elif below is not None and entity not in below:
                sure *= NOT_BELOW
            trouble = found.setdefault(_silent(entity, found, graph, mute) or entity, Trouble(entity))
            trouble.channels["excess"].append((min(1.0, left) * sure, index))
            if finding.onset_at is not None and finding.strength > STRONG:
                trouble.onsets.append(finding.onset_at)


def _silent(entity: str, found: Mapping[str, Trouble], graph: CallGraph, mute: frozenset[str]) -> str | None:
    """The direct callee that cannot tell what its callers lose by it."""
    callees = (name for name in sorted(graph.callees.get(entity, ())) if name in found)
    return next(
        (name for name in callees if found[name].silent or (name in mute and found[name].strength(*_TOLD) > STRONG)),
        None,
    )


def _callees(entity: str, shares: Mapping[str, tuple[float, int]], graph: CallGraph) -> float:
    """Excess of direct callees; a callee that also calls back (a cycle) takes nothing off."""
    return sum(
        shares[callee][0]
        for callee in graph.callees.get(entity, ())
        if callee in shares and entity not in graph.callees.get(callee, ())
    )
