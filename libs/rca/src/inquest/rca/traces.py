"""`find_failure_paths`: where errors and time arise on the call path."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from inquest.rca.calls import call_changes
from inquest.rca.duplicates import unrepeated_spans
from inquest.rca.errorclass import error_classes
from inquest.rca.finding import Analysis, Finding, Scalar, analysis
from inquest.rca.gaps import gap_changes
from inquest.rca.selftime import slower
from inquest.rca.spantree import SpanTree, span_tree
from inquest.rca.tables import Bools, Spans, Target, Window
from inquest.rca.wording import clock

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
    spans, repeated = unrepeated_spans(spans)
    tree = span_tree(spans)
    inside = window.covers(spans.starts)
    before = baseline.covers(spans.starts) if baseline is not None else np.zeros(len(spans), dtype=bool)
    losses = _losses(spans, tree, inside, before, has_baseline=baseline is not None)
    if repeated:
        losses.append(f"{repeated} spans were delivered twice and count once.")
    found = [
        *_error_origins(spans, tree, inside, before, window),
        *slower(spans, tree, inside, before, window),
        *gap_changes(spans, tree, inside, before, window),
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
    usual = Counter(spans.entities[row] for row in np.flatnonzero(origin & before).tolist())
    calls_in = Counter(spans.entities[row] for row in np.flatnonzero(inside).tolist())
    calls_before = Counter(spans.entities[row] for row in np.flatnonzero(before).tolist())
    by_entity: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows.tolist():
        by_entity[spans.entities[row]].append(row)
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
        strength = (share - usual_share) ** 0.5 * len(own) / (len(own) + 3.0)
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
