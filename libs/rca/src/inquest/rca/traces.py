"""`find_failure_paths`: where errors and time arise on the call path."""

import numpy as np

from inquest.rca.calls import call_changes
from inquest.rca.duplicates import unrepeated_spans
from inquest.rca.finding import Analysis, analysis
from inquest.rca.gaps import gap_changes
from inquest.rca.origins import error_origins
from inquest.rca.selftime import slower
from inquest.rca.spantree import SpanTree, span_tree
from inquest.rca.tables import Bools, Spans, Target, Window

SPANS_MIN = 4


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
        *error_origins(spans, tree, inside, before, window),
        *slower(spans, tree, inside, before, window),
        *gap_changes(spans, tree, inside, before, window),
        *call_changes(spans, tree, inside, before, window),
    ]
    return analysis(found, losses, spans.entities)


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
