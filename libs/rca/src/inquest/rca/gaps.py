"""Where calls lose time between two entities: the network, its queues, and waiting to be accepted.

The gap of a call is the caller's span less the callee's span inside it. Slow gaps that share one end
speak of that end; so an entity is judged by how much of all added gap its calls hold, and by how many
of its edges are slow.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from inquest.rca.finding import Finding, Scalar
from inquest.rca.spantree import SpanTree
from inquest.rca.tables import Bools, Floats, Spans, Window
from inquest.rca.wording import clock, number

PAIRS_MIN = 3
ADDED_SHARE_MIN = 0.1


@dataclass(slots=True)
class _Edge:
    """Gaps of one caller and callee, in milliseconds, and when each call of the window began."""

    now: list[float] = field(default_factory=list)
    usual: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    added_ms: float = 0.0
    slow: int = 0
    onset: float = float("inf")


def gap_changes(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """Entities at whose edges calls lose more time than before."""
    edges = _edges(spans, tree, inside, before)
    pooled = np.array([gap for edge in edges.values() for gap in edge.usual])
    if pooled.size < PAIRS_MIN:
        return []
    for edge in edges.values():
        _measure(edge, pooled)
    whole = sum(edge.added_ms for edge in edges.values())
    busy = float(np.sum(spans.durations_ms[inside & (tree.parents < 0)]))
    if whole <= 0 or busy <= 0:
        return []
    matters = min(1.0, whole / (0.2 * busy))
    ends = {end for pair, edge in edges.items() if edge.now for end in pair}
    return [finding for end in sorted(ends) if (finding := _finding(end, edges, whole, matters, window)) is not None]


def _edges(spans: Spans, tree: SpanTree, inside: Bools, before: Bools) -> dict[tuple[str, str], _Edge]:
    edges: defaultdict[tuple[str, str], _Edge] = defaultdict(_Edge)
    for row in np.flatnonzero((tree.parents >= 0) & (inside | before)).tolist():
        parent = int(tree.parents[row])
        caller, callee = spans.entities[parent], spans.entities[row]
        if caller == callee or not tree.clients[parent]:
            continue
        gap = max(0.0, float(spans.durations_ms[parent] - spans.durations_ms[row]))
        edge = edges[caller, callee]
        if inside[row]:
            edge.now.append(gap)
            edge.starts.append(float(spans.starts[parent]))
        else:
            edge.usual.append(gap)
    return dict(edges)


def _measure(edge: _Edge, pooled: Floats) -> None:
    """Time above normal; an edge rarely seen before is measured against all edges."""
    usual = np.array(edge.usual) if len(edge.usual) >= PAIRS_MIN else pooled
    middle, limit = (float(q) for q in np.quantile(usual, (0.5, 0.95)))
    now = np.array(edge.now)
    over = np.maximum(now - max(2 * limit - middle, middle + 2.0), 0.0)
    edge.added_ms = float(np.sum(over))
    edge.slow = int(np.count_nonzero(over))
    if edge.slow:
        edge.onset = float(np.min(np.array(edge.starts)[over > 0]))


def _finding(
    end: str, edges: dict[tuple[str, str], _Edge], whole: float, matters: float, window: Window
) -> Finding | None:
    own = {pair: edge for pair, edge in edges.items() if end in pair and edge.now}
    added = sum(edge.added_ms for edge in own.values())
    share = added / whole
    if share < ADDED_SHARE_MIN:
        return None
    # An end at fault slows all its edges; a bystander is slow on the one edge that it shares.
    touched = sum(
        edge.added_ms / len(edge.now) > 0.1 * added / sum(len(e.now) for e in own.values()) for edge in own.values()
    )
    common = touched / len(own)
    pair = max(own, key=lambda one: (own[one].added_ms, one))
    calls, slow = sum(len(edge.now) for edge in own.values()), sum(edge.slow for edge in own.values())
    onset = min(edge.onset for edge in own.values())
    statement = (
        f"Calls to and from {end} lost {number(added)} ms between the two ends, {number(100 * share)} % of all such "
        f"loss, {slow} of {calls} calls and {touched} of {len(own)} edges slow, most from {pair[0]} to {pair[1]}, "
        f"from {clock(onset)} on."
    )
    features: dict[str, Scalar] = {
        "detector": "edge-gap",
        "caller": pair[0],
        "callee": pair[1],
        "added_ms": round(added, 3),
        "share": round(share, 4),
        "edges_slow": float(touched),
        "edges": float(len(own)),
        "calls": float(calls),
        "slow": float(slow),
        "matters": round(matters, 3),
    }
    per_call = added / calls
    strength = share * common**0.5 * matters * per_call / (per_call + 20.0)
    query = f"caller's span less callee's span, for all edges of {end}"
    return Finding("trace", end, statement, window, onset, strength, features, query)
