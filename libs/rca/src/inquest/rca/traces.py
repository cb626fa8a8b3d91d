"""`find_failure_paths`: where errors and time arise on the call path."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from inquest.rca.calls import call_changes
from inquest.rca.errorclass import error_classes
from inquest.rca.finding import Analysis, Finding, Scalar, analysis
from inquest.rca.spantree import SpanTree, span_tree
from inquest.rca.tables import Bools, Floats, Spans, Target, Window
from inquest.rca.wording import clock, number

SPANS_MIN = 4
RANK_MIN = 2.5
GROWTH_MIN_MS = 1.0


def find_failure_paths(
    spans: Spans,
    *,
    window: Window,
    baseline: Window | None = None,
    target: Target | None = None,
) -> Analysis:
    """Error origins, growth of exclusive time and of gaps between services, lost and repeated calls.

    Linear in the number of spans, but for sorting durations.
    """
    del target
    if not len(spans):
        return Analysis()
    tree = span_tree(spans)
    inside = window.covers(spans.starts)
    before = baseline.covers(spans.starts) if baseline is not None else np.zeros(len(spans), dtype=bool)
    losses = _losses(spans, tree, inside, before, has_baseline=baseline is not None)
    found = [
        *_error_origins(spans, tree, inside, before, window),
        *_slower(spans, tree, inside, before, window),
        *call_changes(spans, tree, inside, before, window),
    ]
    return analysis(found, losses)


def _losses(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, *, has_baseline: bool) -> list[str]:
    losses = []
    if tree.orphans:
        losses.append(f"{tree.orphans} of {len(spans)} spans name a parent that is not there.")
    if len(spans) > 1 and not np.any(tree.parents >= 0):
        losses.append("No span has a parent: the call path cannot be followed.")
    if not np.any(inside):
        losses.append("No span lies in the window.")
    elif not np.any(before):
        why = "before the window" if has_baseline else "because no baseline was given"
        losses.append(f"There are no spans to compare with {why}.")
    skewed = _skewed(spans, tree)
    if skewed:
        losses.append(f"{skewed} spans begin before their parent: the clocks of their hosts disagree.")
    return losses


def _skewed(spans: Spans, tree: SpanTree) -> int:
    has = tree.parents >= 0
    return int(np.count_nonzero(spans.starts[has] < spans.starts[tree.parents[has]] - 0.05))


def _error_origins(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """Failed spans none of whose children failed: the error began there."""
    origin = spans.errors & (tree.failed_children == 0)
    rows = np.flatnonzero(origin & inside)
    if not rows.size:
        return []
    usual = Counter(spans.entities[row] for row in np.flatnonzero(origin & before))
    calls_in = Counter(spans.entities[row] for row in np.flatnonzero(inside))
    calls_before = Counter(spans.entities[row] for row in np.flatnonzero(before))
    by_entity: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_entity[spans.entities[row]].append(int(row))
    found = []
    for entity, own in by_entity.items():
        share = len(own) / calls_in[entity]
        usual_share = usual[entity] / calls_before[entity] if calls_before[entity] else 0.0
        if share <= usual_share * 1.5:
            continue
        onset = float(np.min(spans.starts[own]))
        text = _error_text(spans, own)
        name = Counter(spans.names[row] for row in own).most_common(1)[0][0]
        statement = (
            f"{len(own)} of {calls_in[entity]} spans of {entity} failed without a failed child, mostly "
            f'"{name[:80]}", from {clock(onset)} on' + (f": {text[:120]}." if text else ".")
        )
        features: dict[str, Scalar] = {
            "detector": "error-origin",
            "span": name[:120],
            "errors": float(len(own)),
            "share": round(share, 4),
            "usual_share": round(usual_share, 4),
            "example": text[:160],
            "classes": " ".join(error_classes(text)) if text else "",
        }
        strength = (share - usual_share) ** 0.5 * len(own) / (len(own) + 1.0)
        query = f"failed spans of {entity} without a failed child"
        found.append(Finding("trace", entity, statement, window, onset, strength, features, query))
    return found


def _error_text(spans: Spans, rows: Sequence[int]) -> str:
    if spans.attributes is None:
        return ""
    texts: Counter[str] = Counter()
    for row in rows:
        for key, value in (spans.attributes[row] or {}).items():
            if isinstance(value, str) and any(w in key for w in ("error", "exception", "message", "status")):
                texts[value] += 1
    return texts.most_common(1)[0][0] if texts else ""


def _slower(spans: Spans, tree: SpanTree, inside: Bools, before: Bools, window: Window) -> list[Finding]:
    """Exclusive time by entity and span name, window against baseline."""
    now: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    usual: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for rows, into in ((np.flatnonzero(inside), now), (np.flatnonzero(before), usual)):
        for row in rows.tolist():
            into[spans.entities[row], spans.names[row]].append(row)
    found = []
    for (entity, name), rows_now in now.items():
        rows_before = usual.get((entity, name), [])
        if len(rows_now) < SPANS_MIN or len(rows_before) < SPANS_MIN:
            continue
        grown = growth(tree.exclusive_ms[rows_now], tree.exclusive_ms[rows_before])
        if grown is None:
            continue
        z, q_before, q_now = grown
        limit = float(np.quantile(tree.exclusive_ms[rows_before], 0.95))
        late = [row for row in rows_now if tree.exclusive_ms[row] > max(limit, q_before * 2)]
        onset = float(np.min(spans.starts[late or rows_now]))
        added = max(q_now - q_before, 0.0) * len(rows_now)
        statement = (
            f'{entity} spends {number(q_now)} ms in "{name[:80]}" itself (upper decile of {len(rows_now)} '
            f"spans), before {number(q_before)} ms of {len(rows_before)}, from {clock(onset)} on."
        )
        features: dict[str, Scalar] = {
            "detector": "exclusive-time",
            "span": name[:120],
            "before_ms": round(q_before, 3),
            "after_ms": round(q_now, 3),
            "ratio": round(q_now / max(q_before, 0.1), 3),
            "added_ms": round(added, 1),
            "effect": round(z, 3),
            "spans": float(len(rows_now)),
        }
        strength = z / (z + 4.0)
        query = f"exclusive time of {name[:80]} in {entity}, window against baseline"
        found.append(Finding("trace", entity, statement, window, onset, strength, features, query))
    return found


def growth(now: Floats, usual: Floats) -> tuple[float, float, float] | None:
    """How far the upper decile of `now` lies above that of `usual`: (effect, before, after) or None.

    The effect is the difference of logs over the spread of the baseline's logs, shrunk for few spans.
    """
    before, after = float(np.quantile(usual, 0.9)), float(np.quantile(now, 0.9))
    if after - before < GROWTH_MIN_MS:
        return None
    logs = np.log(np.maximum(usual, 0.1))
    spread = max(float(np.quantile(logs, 0.9) - np.quantile(logs, 0.1)) / 2.56, 0.2)
    effect = (np.log(max(after, 0.1)) - np.log(max(before, 0.1))) / spread
    effect *= min(1.0, (min(now.size, usual.size) / 10) ** 0.5)
    return (float(effect), before, after) if effect >= 1.0 else None
