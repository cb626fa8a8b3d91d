"""The tables of an incident pack as domain responses, cut to what a query asks for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquest.contracts.latest import (
    ChangeData,
    ChangesResponse,
    Domain,
    EdgeData,
    LogsResponse,
    Message,
    MetricsResponse,
    PatternData,
    Query,
    SeriesData,
    TopologyResponse,
    TracesResponse,
)
from inquest.gateway.domain.ranges import ranges
from inquest.packs import Change, LogTable, Pack, SpanTable

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Served:
    """A response, whether the pack has anything of this kind at all, and how many rows the limit cut off."""

    response: Message
    present: bool
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """The files that a domain is read from, and how."""

    files: tuple[str, ...]
    serve: Callable[[Pack, Query], Served]


def _metrics(pack: Pack, query: Query) -> Served:
    table = pack.metrics()
    found: list[SeriesData] = []
    left = query.rows_max
    cut = 0
    for series in table.select(query.services or None, query.names or None):
        parts = [series.between(part.start, part.end) for part in ranges(query)]
        times = np.concatenate([part.times for part in parts]) if parts else series.times[:0]
        values = np.concatenate([part.values for part in parts]) if parts else series.values[:0]
        kept = min(left, times.size)
        cut += times.size - kept
        left -= kept
        if kept:
            found.append(
                SeriesData(
                    service=series.service,
                    metric=series.metric,
                    instance=series.instance,
                    node=series.node,
                    times=times[:kept].tolist(),
                    values=values[:kept].tolist(),
                )
            )
    return Served(MetricsResponse(series=found), "metrics.csv" not in pack.absent, cut)


def _rows(table: LogTable | SpanTable, query: Query) -> tuple[Rows, int]:
    parts = [table.between(part.start, part.end, query.services or None) for part in ranges(query)]
    rows = np.concatenate(parts) if parts else np.empty(0, np.int64)
    return rows[: query.rows_max], max(0, rows.size - query.rows_max)


def _logs(pack: Pack, query: Query) -> Served:
    table = pack.logs()
    rows, cut = _rows(table, query)
    at = rows.tolist()
    response = LogsResponse(
        times=table.time[rows].tolist(),
        services=[table.service[row] for row in at],
        severities=[table.severity[row] for row in at],
        messages=[table.message[row] for row in at],
        trace_ids=[table.trace_id[row] or None for row in at],
        span_ids=[table.span_id[row] or None for row in at],
        patterns=[
            PatternData(
                service=one.service,
                signature=one.signature,
                count=one.count,
                delta=one.delta,
            )
            for one in pack.patterns()
            if not query.services or one.service in query.services
        ],
    )
    return Served(response, not {"logs.ndjson", "patterns.ndjson"} <= set(pack.absent), cut)


def _traces(pack: Pack, query: Query) -> Served:
    table = pack.spans()
    rows, cut = _rows(table, query)
    at = rows.tolist()
    response = TracesResponse(
        trace_ids=[table.trace_id[row] for row in at],
        span_ids=[table.span_id[row] for row in at],
        parent_ids=[table.parent_id[row] or None for row in at],
        services=[table.service[row] for row in at],
        names=[table.name[row] for row in at],
        starts=table.start[rows].tolist(),
        durations_ms=table.duration_ms[rows].tolist(),
        errors=[table.is_error(row) for row in at],
        attributes=[{name: str(value) for name, value in (table.attributes[row] or {}).items()} for row in at],
    )
    return Served(response, "spans.ndjson" not in pack.absent, cut)


def _changes(pack: Pack, query: Query) -> Served:
    present = "changes.ndjson" not in pack.absent
    return _pick(pack, query, lambda change: change.kind != "flag", present=present)


def _flags(pack: Pack, query: Query) -> Served:
    present = any(change.kind == "flag" for change in pack.changes())
    return _pick(pack, query, lambda change: change.kind == "flag", present=present)


def _pick(pack: Pack, query: Query, wanted: Callable[[Change], bool], *, present: bool) -> Served:
    # What went live between baseline and window counts too; a commit belongs to no service and is never left out.
    asked = ranges(query)
    start, end = (asked[0].start, asked[-1].end) if asked else (0.0, 0.0)
    found = [
        _change(change)
        for change in pack.changes()
        if wanted(change)
        and start <= change.time < end
        and (not query.services or change.service is None or change.service in query.services)
    ]
    kept = found[-query.rows_max :]
    return Served(ChangesResponse(changes=kept), present, len(found) - len(kept))


def _change(change: Change) -> ChangeData:
    return ChangeData(
        time=change.time,
        kind=change.kind,
        service=change.service,
        ref=change.ref or "",
        author=change.author,
        message=change.message,
        files=list(change.files),
        diff=change.diff,
        before=change.from_,
        after=change.to,
    )


def _topology(pack: Pack, query: Query) -> Served:
    edges = [
        EdgeData(caller=caller, callee=callee)
        for caller, callee in pack.topology()
        if not query.services or caller in query.services or callee in query.services
    ]
    return Served(TopologyResponse(edges=edges), "topology.json" not in pack.absent)


SOURCES: dict[Domain, Source] = {
    "metrics": Source(("metrics.csv",), _metrics),
    "logs": Source(("logs.ndjson", "patterns.ndjson"), _logs),
    "traces": Source(("spans.ndjson",), _traces),
    "changes": Source(("changes.ndjson",), _changes),
    "flags": Source(("changes.ndjson",), _flags),
    "topology": Source(("topology.json",), _topology),
}
