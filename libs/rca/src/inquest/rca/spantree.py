"""Spans as a forest of numbers: parents, exclusive time, who calls whom."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inquest.rca.peers import Ints, silent_peers
from inquest.rca.tables import Bools, Floats, Spans

SIBLINGS_MAX = 8


@dataclass(frozen=True, slots=True)
class SpanTree:
    """`parents` holds the row of each span's parent or -1; times in milliseconds.

    `exclusive_ms` is a span's duration less what its children cover (their sum, cut at the span's own
    duration: exact for calls in sequence, a lower bound for parallel ones), and less the siblings that run
    inside it: a handler that only waits while its neighbour calls out does no work of its own.
    `clients` marks spans that wrap one call to another entity: inside their own entity, with one child
    elsewhere. `peers` names, by row, whom a span without children called that sends no spans.
    """

    parents: Ints
    exclusive_ms: Floats
    children: Ints
    failed_children: Ints
    clients: Bools
    orphans: int
    peers: Mapping[int, str]

    def owner(self, row: int, entity: str) -> str:
        """Whose work a span shows: its own entity's, or that of the peer it waits for."""
        return self.peers.get(row, entity)


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
    _cover_by_siblings(covered, parents, spans.starts, durations)
    children = np.zeros(size, dtype=np.int64)
    np.add.at(children, parents[has], 1)
    failed = np.zeros(size, dtype=np.int64)
    np.add.at(failed, parents[has & spans.errors], 1)
    exclusive = np.maximum(durations - covered, 0.0)
    clients = _clients(spans, parents, children)
    return SpanTree(parents, exclusive, children, failed, clients, orphans, silent_peers(spans, children))


def _clients(spans: Spans, parents: Ints, children: Ints) -> Bools:
    marked = np.zeros(len(spans), dtype=np.bool_)
    for row in np.flatnonzero(parents >= 0).tolist():
        client = int(parents[row])
        above = int(parents[client])
        entity = spans.entities[client]
        if children[client] == 1 and spans.entities[row] != entity and above >= 0:
            marked[client] = spans.entities[above] == entity
    return marked


def _cover_by_siblings(covered: Floats, parents: Ints, starts: Floats, durations_ms: Floats) -> None:
    """Add to `covered` the siblings that begin and end inside a span; neighbours in time only."""
    rows = np.flatnonzero(parents >= 0)
    rows = rows[np.lexsort((-durations_ms[rows], starts[rows], parents[rows]))]
    same = np.flatnonzero(parents[rows[1:]] == parents[rows[:-1]])
    ends = starts + durations_ms / 1000.0
    for at in same.tolist():
        outer = rows[at]
        for after in range(at + 1, min(at + 1 + SIBLINGS_MAX, rows.size)):
            inner = rows[after]
            if parents[inner] != parents[outer] or starts[inner] >= ends[outer]:
                break
            if ends[inner] <= ends[outer] + 0.002:
                covered[outer] += durations_ms[inner]
