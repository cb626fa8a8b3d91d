"""The tables of an incident pack as domain responses, cut to what a request asks for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inquest.contracts.latest import (
    ChangeData,
    ChangesResponse,
    Domain,
    DomainRequest,
    DomainResponse,
    EdgeData,
    FlagsResponse,
    LogsRequest,
    LogsResponse,
    MetricsRequest,
    MetricsResponse,
    PatternData,
    SeriesData,
    TopologyResponse,
    TracesRequest,
    TracesResponse,
)
from inquest.gateway.domain.pages import Page, is_asked, is_severe, offset, page
from inquest.gateway.domain.ranges import ranges
from inquest.packs import Change, LogTable, Pack, SpanTable


@dataclass(frozen=True, slots=True)
class Served:
    """A response, whether the pack has anything of this kind at all, and what the limit cut off, in words."""

    response: DomainResponse
    present: bool
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The files that a domain is read from, and how."""

    files: tuple[str, ...]
    serve: Callable[[Pack, DomainRequest], Served]


def _metrics(pack: Pack, request: DomainRequest) -> Served:
    """Samples are cut series by series; the cursor counts those that were answered."""
    names = request.names if isinstance(request, MetricsRequest) else ()
    found: list[SeriesData] = []
    done = offset(request.cursor)
    skip, left, more = done, request.rows_max, 0
    for series in pack.metrics().select(request.services or None, names or None):
        parts = [series.between(part.start, part.end) for part in ranges(request)]
        times = np.concatenate([part.times for part in parts]) if parts else series.times[:0]
        values = np.concatenate([part.values for part in parts]) if parts else series.values[:0]
        first = min(skip, times.size)
        last = first + min(left, times.size - first)
        skip, left, more = skip - first, left - (last - first), more + times.size - last
        if first < last:
            found.append(
                SeriesData(
                    service=series.service,
                    metric=series.metric,
                    instance=series.instance,
                    node=series.node,
                    times=times[first:last].tolist(),
                    values=values[first:last].tolist(),
                )
            )
    cursor = str(done + request.rows_max) if more else ""
    response = MetricsResponse(series=found, next_cursor=cursor, truncated=bool(more))
    return Served(response, "metrics.csv" not in pack.absent, _cut(request, more))


def _cut(request: DomainRequest, left: int) -> str:
    return f"more than {request.rows_max} rows: {left} were left out" if left else ""


def _rows(table: LogTable | SpanTable, request: DomainRequest) -> list[int]:
    parts = [table.between(part.start, part.end, request.services or None) for part in ranges(request)]
    return [row for part in parts for row in part.tolist()]


def _logs(pack: Pack, request: DomainRequest) -> Served:
    table = pack.logs()
    found = _rows(table, request)
    if isinstance(request, LogsRequest):
        text, traces = request.text.lower(), frozenset(request.trace_ids)
        found = [row for row in found if not text or text in table.message[row].lower()]
        found = [row for row in found if not traces or table.trace_id[row] in traces]
        found = [row for row in found if is_severe(table.severity[row], request.severity_min)]
    paged = page(found, request)
    at = paged.rows
    rows = np.array(at, dtype=np.int64)
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
            if not request.services or one.service in request.services
        ],
        next_cursor=paged.next_cursor,
        truncated=paged.left > 0,
    )
    return Served(response, not {"logs.ndjson", "patterns.ndjson"} <= set(pack.absent), _cut(request, paged.left))


def _traces(pack: Pack, request: DomainRequest) -> Served:
    table = pack.spans()
    found = _rows(table, request)
    if isinstance(request, TracesRequest):
        found = _asked_spans(table, found, request)
    paged = page(found, request)
    at = paged.rows
    rows = np.array(at, dtype=np.int64)
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
        next_cursor=paged.next_cursor,
        truncated=paged.left > 0,
    )
    return Served(response, "spans.ndjson" not in pack.absent, _cut(request, paged.left))


def _asked_spans(table: SpanTable, rows: list[int], request: TracesRequest) -> list[int]:
    """Return the rows of the traces in which one span fits all that is asked."""
    if not (request.trace_ids or request.names or request.errors_only or request.duration_ms_min):
        return rows
    traces = {
        table.trace_id[row]
        for row in rows
        if (not request.trace_ids or table.trace_id[row] in request.trace_ids)
        and (not request.names or table.name[row] in request.names)
        and (not request.errors_only or table.is_error(row))
        and table.duration_ms[row] >= request.duration_ms_min
    }
    return [row for row in rows if table.trace_id[row] in traces]


def _changes(pack: Pack, request: DomainRequest) -> Served:
    paged = _pick(pack, request, flags=False)
    response = ChangesResponse(changes=list(paged.rows), next_cursor=paged.next_cursor, truncated=paged.left > 0)
    return Served(response, "changes.ndjson" not in pack.absent, _cut(request, paged.left))


def _flags(pack: Pack, request: DomainRequest) -> Served:
    present = any(change.kind == "flag" for change in pack.changes())
    paged = _pick(pack, request, flags=True)
    response = FlagsResponse(changes=list(paged.rows), next_cursor=paged.next_cursor, truncated=paged.left > 0)
    return Served(response, present, _cut(request, paged.left))


def _pick(pack: Pack, request: DomainRequest, *, flags: bool) -> Page[ChangeData]:
    # What went live between baseline and window counts too.
    asked = ranges(request)
    start, end = (asked[0].start, asked[-1].end) if asked else (0.0, 0.0)
    in_time = (one for one in pack.changes() if start <= one.time < end and (one.kind == "flag") == flags)
    return page([one for one in map(_change, in_time) if is_asked(one, request)], request, newest=True)


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


def _topology(pack: Pack, request: DomainRequest) -> Served:
    paged = page(
        [
            EdgeData(caller=caller, callee=callee)
            for caller, callee in pack.topology()
            if not request.services or caller in request.services or callee in request.services
        ],
        request,
    )
    response = TopologyResponse(edges=list(paged.rows), next_cursor=paged.next_cursor, truncated=paged.left > 0)
    return Served(response, "topology.json" not in pack.absent, _cut(request, paged.left))


SOURCES: dict[Domain, Source] = {
    "metrics": Source(("metrics.csv",), _metrics),
    "logs": Source(("logs.ndjson", "patterns.ndjson"), _logs),
    "traces": Source(("spans.ndjson",), _traces),
    "changes": Source(("changes.ndjson",), _changes),
    "flags": Source(("changes.ndjson",), _flags),
    "topology": Source(("topology.json",), _topology),
}
