"""Changes in calls between spans: gaps on the edge, lost calls, and calls made many times over."""

from collections import Counter, defaultdict

import numpy as np

from inquest.rca.finding import Finding, Scalar
from inquest.rca.spantree import SpanTree
from inquest.rca.tables import Bools, Spans, Window
from inquest.rca.wording import clock, number

PAIRS_MIN = 4
GAP_MIN_MS = 2.0


def call_changes(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """All findings about calls between services and operations."""
    return [
        *_gaps(spans, tree, inside, before, window),
        *_fan_out(spans, tree, inside, before, window),
    ]


def _gaps(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """Time between a caller's span and the callee's span inside it: the network and its queues."""
    gaps: defaultdict[tuple[str, str], tuple[list[float], list[float], list[float]]]
    gaps = defaultdict(lambda: ([], [], []))
    for row in np.flatnonzero((tree.parents >= 0) & (inside | before)).tolist():
        parent = int(tree.parents[row])
        caller, callee = spans.entities[parent], spans.entities[row]
        if caller == callee or tree.children[parent] != 1:
            continue
        gap = float(spans.durations_ms[parent] - spans.durations_ms[row])
        now, usual, starts = gaps[caller, callee]
        if inside[row]:
            now.append(gap)
            starts.append(float(spans.starts[parent]))
        else:
            usual.append(gap)
    found = []
    for (caller, callee), (now, usual, starts) in gaps.items():
        if len(now) < PAIRS_MIN or len(usual) < PAIRS_MIN:
            continue
        finding = _gap(caller, callee, np.array(now), np.array(usual), np.array(starts), window)
        if finding is not None:
            found.append(finding)
    return found


def _gap(
    caller: str,
    callee: str,
    now: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    usual: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    starts: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    window: Window,
) -> Finding | None:
    q_now, q_before = float(np.quantile(now, 0.9)), float(np.quantile(usual, 0.9))
    middle = float(np.median(usual))
    spread = max(1.4826 * float(np.median(np.abs(usual - middle))), (q_before - middle) / 1.28, 0.5)
    effect = (q_now - q_before) / spread
    if q_now - q_before < GAP_MIN_MS or effect < 1.0:
        return None
    slow = now > q_before + 3 * spread
    onset = float(np.min(starts[slow])) if np.any(slow) else float(np.min(starts))
    statement = (
        f"Calls from {caller} to {callee} lose {number(q_now)} ms between the two (upper decile of "
        f"{now.size}), before {number(q_before)} ms of {usual.size}, from {clock(onset)} on."
    )
    features: dict[str, Scalar] = {
        "detector": "edge-gap",
        "caller": caller,
        "callee": callee,
        "before_ms": round(q_before, 3),
        "after_ms": round(q_now, 3),
        "effect": round(effect, 3),
        "calls": float(now.size),
    }
    query = f"client span less server span from {caller} to {callee}, window against baseline"
    strength = effect / (effect + 6.0)
    return Finding("trace", callee, statement, window, onset, strength, features, query)


def _fan_out(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """Children of one name per parent: lost calls, and the same call made many times over."""
    parents: tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]] = (Counter(), Counter())
    calls: tuple[defaultdict[tuple[str, str], Counter[str]], ...] = (
        defaultdict(Counter),
        defaultdict(Counter),
    )
    for side, mask in enumerate((before, inside)):
        for row in np.flatnonzero(mask).tolist():
            parents[side][spans.entities[row], spans.names[row]] += 1
            parent = int(tree.parents[row])
            if parent >= 0:
                key = (spans.entities[parent], spans.names[parent])
                calls[side][key][f"{spans.entities[row]} {spans.names[row]}"] += 1
    found = []
    for key, total_now in parents[1].items():
        total_before = parents[0][key]
        if total_now < PAIRS_MIN or total_before < PAIRS_MIN:
            continue
        for child in {*calls[1][key], *calls[0][key]}:
            rate, usual = calls[1][key][child] / total_now, calls[0][key][child] / total_before
            finding = _call_change(key, child, rate, usual, total_now, total_before, window)
            if finding is not None:
                found.append(finding)
    return found


def _call_change(
    key: tuple[str, str],
    child: str,
    rate: float,
    usual: float,
    total_now: int,
    total_before: int,
    window: Window,
) -> Finding | None:
    entity, name = key
    spread = ((max(usual, 0.1) / total_before) + (max(rate, 0.1) / total_now)) ** 0.5
    effect = (rate - usual) / spread
    lost = effect < -2.5 and rate < 0.7 * usual
    repeated = effect > 3.0 and rate > 2.0 * max(usual, 1.0)
    if not (lost or repeated):
        return None
    said = "lost" if lost else "repeats"
    statement = (
        f'{entity} "{name[:80]}" {said} calls of "{child[:80]}": {number(rate)} per pass of {total_now}, '
        f"before {number(usual)} of {total_before}."
    )
    features: dict[str, Scalar] = {
        "detector": "calls",
        "span": name[:120],
        "child": child[:120],
        "rate": round(rate, 4),
        "usual": round(usual, 4),
        "effect": round(effect, 3),
        "lost": lost,
    }
    strength = 0.8 * abs(effect) / (abs(effect) + 5.0)
    query = f"children of {name[:80]} in {entity}, window against baseline"
    return Finding("trace", entity, statement, window, None, strength, features, query)
