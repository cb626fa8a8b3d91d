"""A pack as the tables that detectors read, cut as the running system cuts what it asks for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inquest.packs import Change as RecordedChange
from inquest.packs import LogTable, Pack, Series, SpanTable, TimeRange, parse_time
from inquest.rca import tables
from inquest.rca.changes import LOOKBACK_S
from inquest.rca.engine import Telemetry
from inquest.rca.tables import Target, Window

Rows = NDArray[np.int64]


def telemetry_of(pack: Pack) -> Telemetry:
    """Return everything that the pack recorded in baseline and window; changes from a day before as well."""
    window, baseline = pack.meta.window, pack.meta.baseline
    parts = _parts(window, baseline)
    since = min(parts[0].start, window.start - LOOKBACK_S)
    return Telemetry(
        window=Window(window.start, window.end),
        baseline=Window(baseline.start, baseline.end) if baseline else None,
        series=[found for one in pack.metrics().series if len((found := _series(one, parts)).times)],
        logs=_logs(pack.logs(), parts),
        patterns=[tables.Pattern(one.service, one.signature, one.count, one.delta or 0.0) for one in pack.patterns()],
        spans=_spans(pack.spans(), parts),
        changes=[_change(one) for one in pack.changes() if since <= one.time < parts[-1].end],
        edges=[tables.Edge(*edge) for edge in pack.topology()],
    )


def target_of(signal: Mapping[str, Any]) -> Target:
    """Return what the page says: of PagerDuty's native payload, or of the generic one."""
    body = signal["body"]
    if signal["source"] == "pagerduty":
        event = body["event"]
        incident = event.get("data", {})
        named = incident.get("service") or {}
        entity = named.get("summary") or named.get("id")
        return Target(entity, None, parse_time(event["occurred_at"]), incident.get("title", ""))
    fired_at = parse_time(next(body[name] for name in ("fired_at", "occurred_at", "timestamp", "time") if name in body))
    entity = body.get("service") or next(iter(body.get("services", ())), None)
    metric = body.get("metric")
    return Target(entity, metric, fired_at, body.get("summary") or body.get("title") or _title(body, fired_at))


def _title(body: Mapping[str, Any], fired_at: float) -> str:
    """Return the title that intake gives a page without one."""
    subject = " ".join(filter(None, (body.get("service"), body.get("metric"))))
    if not subject:
        return f"Incident reported at {datetime.fromtimestamp(fired_at, UTC):%Y-%m-%d %H:%M:%S} UTC"
    observed = f" at {body['observed']}" if body.get("observed") is not None else ""
    threshold = f" (threshold {body['threshold']})" if body.get("threshold") is not None else ""
    return f"{subject}{observed}{threshold}" if observed or threshold else f"{subject} violates its objective"


def _parts(window: TimeRange, baseline: TimeRange | None) -> list[TimeRange]:
    """Return baseline and window in order of time, joined where they touch or overlap."""
    first, *rest = sorted((part for part in (baseline, window) if part), key=lambda part: (part.start, part.end))
    if not rest:
        return [first]
    last = rest[0]
    return [first, last] if last.start > first.end else [TimeRange(first.start, max(first.end, last.end))]


def _series(one: Series, parts: list[TimeRange]) -> tables.Series:
    cut = [one.between(part.start, part.end) for part in parts]
    times, values = (np.concatenate(column) for column in zip(*((c.times, c.values) for c in cut), strict=True))
    return tables.Series(one.service or one.node, one.metric, times, values)


def _rows(table: LogTable | SpanTable, parts: list[TimeRange]) -> Rows:
    return np.concatenate([table.between(part.start, part.end) for part in parts])


def _logs(table: LogTable, parts: list[TimeRange]) -> tables.Logs:
    rows = _rows(table, parts)
    at = rows.tolist()
    return tables.Logs(
        table.time[rows],
        [table.service[row] for row in at],
        [table.severity[row] for row in at],
        [table.message[row] for row in at],
        [table.trace_id[row] or None for row in at],
        [table.span_id[row] or None for row in at],
    )


def _spans(table: SpanTable, parts: list[TimeRange]) -> tables.Spans:
    rows = _rows(table, parts)
    at = rows.tolist()
    return tables.Spans(
        [table.trace_id[row] for row in at],
        [table.span_id[row] for row in at],
        [table.parent_id[row] or None for row in at],
        [table.service[row] for row in at],
        [table.name[row] for row in at],
        table.start[rows],
        table.duration_ms[rows],
        np.fromiter((bool(table.is_error(row)) for row in at), np.bool_, len(at)),
        [{name: str(value) for name, value in (table.attributes[row] or {}).items()} for row in at] or None,
    )


def _change(one: RecordedChange) -> tables.Change:
    return tables.Change(
        one.time, one.kind, one.service, one.ref or "", one.author, one.message, one.files, one.diff, one.from_, one.to
    )
