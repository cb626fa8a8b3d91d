"""Whose own time grew: exclusive time above normal, by entity, as a share of all that was added."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from inquest.rca.finding import Finding, Scalar
from inquest.rca.spantree import SpanTree
from inquest.rca.tables import Bools, Floats, Spans, Window
from inquest.rca.wording import clock, number

SPANS_MIN = 3
ADDED_SHARE_MIN = 0.02


@dataclass(slots=True)
class _Own:
    """One entity's added time."""

    added_ms: float = 0.0
    usual_ms: float = 0.0
    spans: int = 0
    slow: int = 0
    onset: float = float("inf")
    worst: tuple[float, str, float, float] = (0.0, "", 0.0, 0.0)


def slower(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """Entities whose exclusive time grew. Spans that wait for another entity are not its own time."""
    rows_now, rows_usual = _by_name(spans, tree, inside), _by_name(spans, tree, before)
    owners: defaultdict[str, _Own] = defaultdict(_Own)
    for (entity, name), rows in rows_now.items():
        usual = rows_usual.get((entity, name), [])
        if len(usual) >= SPANS_MIN:
            _add(owners[entity], name, tree.exclusive_ms[rows], tree.exclusive_ms[usual], spans.starts[rows])
    whole = sum(own.added_ms for own in owners.values())
    busy = _root_time(spans, tree, inside)
    if whole <= 0 or busy <= 0:
        return []
    # Noise adds a little everywhere: what was added must matter beside the time of whole requests.
    matters = min(1.0, whole / (0.2 * busy))
    return [
        _finding(entity, own, whole, matters, window)
        for entity, own in owners.items()
        if own.added_ms / whole >= ADDED_SHARE_MIN and own.worst[1]
    ]


def _by_name(spans: Spans, tree: SpanTree, mask: Bools) -> dict[tuple[str, str], list[int]]:
    """Rows by whose work they show and name, without client spans: what those add is on the edge."""
    rows: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in np.flatnonzero(mask & ~tree.clients).tolist():
        rows[tree.owner(row, spans.entities[row]), spans.names[row]].append(row)
    return rows


def _root_time(spans: Spans, tree: SpanTree, mask: Bools) -> float:
    """Milliseconds of the requests of the window, from their first spans."""
    return float(np.sum(spans.durations_ms[mask & (tree.parents < 0)]))


def _add(own: _Own, name: str, now: Floats, usual: Floats, starts: Floats) -> None:
    middle, limit = (float(q) for q in np.quantile(usual, (0.5, 0.9)))
    over = np.maximum(now - max(2 * limit - middle, 1.5 * middle, middle + 1.0), 0.0)
    added = float(np.sum(over))
    own.spans += now.size
    own.usual_ms += middle * now.size
    own.added_ms += added
    own.slow += int(np.count_nonzero(over))
    if added:
        own.onset = min(own.onset, float(np.min(starts[over > 0])))
        own.worst = max(own.worst, (added, name, middle, float(np.quantile(now, 0.9))))


def _finding(entity: str, own: _Own, whole: float, matters: float, window: Window) -> Finding:
    share = own.added_ms / whole
    growth = own.added_ms / max(own.usual_ms, 1.0)
    _, name, usual, now = own.worst
    statement = (
        f"{entity} itself added {number(own.added_ms)} ms to {own.spans} spans, {number(100 * share)} % of all "
        f'added time, most in "{name[:80]}" (upper decile {number(now)} ms, median before {number(usual)} ms), '
        f"from {clock(own.onset)} on."
    )
    features: dict[str, Scalar] = {
        "detector": "self-time",
        "span": name[:120],
        "added_ms": round(own.added_ms, 3),
        "share": round(share, 4),
        "growth": round(growth, 3),
        "matters": round(matters, 3),
        "before_ms": round(usual, 3),
        "after_ms": round(now, 3),
        "spans": float(own.spans),
        "slow": float(own.slow),
    }
    # A fault slows most of what a service does; a few slow spans among many are everyday noise.
    often = own.slow / own.spans
    strength = (share * often) ** 0.25 * matters * growth / (growth + 3.0)
    query = f"exclusive time of the spans of {entity} above normal, window against baseline"
    return Finding("trace", entity, statement, window, own.onset, strength, features, query)
