"""`map_dependencies`: who calls whom, and the graph that ranking walks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from inquest.rca.finding import Analysis, Finding, analysis
from inquest.rca.mentions import complaints
from inquest.rca.spantree import span_tree
from inquest.rca.tables import Edge, Spans, Target, Window

EDGES_MAX = 2_000


def map_dependencies(
    spans: Spans,
    edges: Sequence[Edge] = (),
    *,
    window: Window,
    baseline: Window | None = None,
    target: Target | None = None,
) -> Analysis:
    """One finding per edge, with its calls in window and baseline; given edges count no calls."""
    del target
    losses = []
    calls: Counter[tuple[str, str]] = Counter()
    calls_before: Counter[tuple[str, str]] = Counter()
    if len(spans):
        tree = span_tree(spans)
        before = baseline.covers(spans.starts) if baseline is not None else None
        for row in np.flatnonzero(tree.parents >= 0).tolist():
            pair = (spans.entities[int(tree.parents[row])], spans.entities[row])
            if pair[0] != pair[1]:
                (calls_before if before is not None and before[row] else calls)[pair] += 1
        for row, peer in tree.peers.items():
            (calls_before if before is not None and before[row] else calls)[spans.entities[row], peer] += 1
    given = {(edge.caller, edge.callee) for edge in edges if edge.caller != edge.callee}
    pairs = {*calls, *calls_before, *given}
    if not pairs:
        losses.append("No topology is known: neither given nor seen in traces.")
    found = [_edge(pair, calls[pair], calls_before[pair], window, given=pair in given) for pair in pairs]
    return analysis(found, losses, spans.entities, findings_max=EDGES_MAX)


def _edge(pair: tuple[str, str], now: int, usual: int, window: Window, *, given: bool) -> Finding:
    caller, callee = pair
    seen = f"seen {now} times in the window and {usual} times before" if now + usual else "as given"
    return Finding(
        "trace",
        callee,
        f"{caller} calls {callee}, {seen}.",
        window,
        None,
        0.1,
        {
            "detector": "edge",
            "caller": caller,
            "callee": callee,
            "calls": float(now),
            "calls_before": float(usual),
            "given": given,
        },
        "parents of spans, and the given topology",
    )


@dataclass(slots=True)
class CallGraph:
    """Callees and callers by entity; `traced` served calls in the window.

    Cycles are allowed; walks visit each entity once.
    """

    callees: dict[str, set[str]] = field(default_factory=dict)
    callers: dict[str, set[str]] = field(default_factory=dict)
    traced: frozenset[str] = frozenset()

    def add(self, caller: str, callee: str) -> None:
        """Record that `caller` calls `callee`."""
        if caller != callee:
            self.callees.setdefault(caller, set()).add(callee)
            self.callers.setdefault(callee, set()).add(caller)

    def upstream(self, entity: str) -> dict[str, int]:
        """Every direct and indirect caller with its distance in calls."""
        return _walk(entity, self.callers)

    def downstream(self, entity: str) -> dict[str, int]:
        """Every direct and indirect callee with its distance in calls."""
        return _walk(entity, self.callees)


def _walk(start: str, follow: dict[str, set[str]]) -> dict[str, int]:
    distance = {start: 0}
    frontier = [start]
    while frontier:
        reached = [other for here in frontier for other in sorted(follow.get(here, ())) if other not in distance]
        for other in reached:
            distance.setdefault(other, distance[frontier[0]] + 1)
        frontier = list(dict.fromkeys(reached))
    del distance[start]
    return distance


def call_graph(findings: Sequence[Finding], paged: str | None = None) -> CallGraph:
    """The graph that the edges among `findings` describe, and that failing calls in logs name.

    `paged` is the entity that the page names.
    """
    graph = CallGraph()
    traced: set[str] = set()
    for finding in findings:
        if finding.detector == "edge":
            graph.add(finding.text("caller"), finding.text("callee"))
            if finding.number("calls") > 0:
                traced |= {finding.text("caller"), finding.text("callee")}
    graph.traced = frozenset(traced)
    named = {
        (findings[index].entity, other) for index, others in complaints(findings, paged).items() for other in others
    }
    for caller, callee in sorted(named):
        if caller not in graph.downstream(callee):
            graph.add(caller, callee)
    return graph
