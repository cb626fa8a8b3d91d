"""Changes in calls between spans: gaps on the edge, lost calls, and calls made many times over."""

from collections import Counter, defaultdict

import numpy as np

from inquest.rca.finding import Finding, Scalar
from inquest.rca.spantree import SpanTree
from inquest.rca.tables import Bools, Spans, Window
from inquest.rca.wording import number

PAIRS_MIN = 4


def call_changes(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """All findings about calls between services and operations."""
    return [
        *_fan_out(spans, tree, inside, before, window),
    ]


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
        every, every_usual = sum(calls[1][key].values()) / total_now, sum(calls[0][key].values()) / total_before
        if abs(every - every_usual) < 0.15 * every_usual:
            continue  # as many calls as ever, to other places: another mix of requests, no lost call
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
