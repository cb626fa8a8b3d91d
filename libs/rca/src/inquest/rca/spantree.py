"""Spans as a forest of numbers: parents, exclusive time, who calls whom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquest.rca.tables import Floats, Spans

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SpanTree:
    """`parents` holds the row of each span's parent or -1; times in milliseconds.

    `exclusive_ms` is a span's duration less what its children cover (their sum, cut at the span's own
    duration: exact for calls in sequence, a lower bound for parallel ones).
    """

    parents: Ints
    exclusive_ms: Floats
    children: Ints
    failed_children: Ints
    orphans: int


def span_tree(spans: Spans) -> SpanTree:
    """Link each span to its parent within its trace; cycles are cut, missing parents counted."""
    rows: dict[tuple[str | None, str], int] = {}
    for row, key in enumerate(zip(spans.trace_ids, spans.span_ids, strict=True)):
        rows.setdefault(key, row)
    size = len(spans)
    parents = np.full(size, -1, dtype=np.int64)
    orphans = 0
    for row, (trace, parent) in enumerate(zip(spans.trace_ids, spans.parent_ids, strict=True)):
        if parent:
            at = rows.get((trace, parent), -1)
            orphans += at < 0
            parents[row] = at if at != row else -1
    has = parents >= 0
    durations = np.where(np.isfinite(spans.durations_ms), spans.durations_ms, 0.0)
    covered = np.zeros(size)
    np.add.at(covered, parents[has], np.minimum(durations[has], durations[parents[has]]))
    children = np.zeros(size, dtype=np.int64)
    np.add.at(children, parents[has], 1)
    failed = np.zeros(size, dtype=np.int64)
    np.add.at(failed, parents[has & spans.errors], 1)
    exclusive = np.maximum(durations - covered, 0.0)
    return SpanTree(parents, exclusive, children, failed, orphans)
