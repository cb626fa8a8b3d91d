"""Domain responses (contracts) as the tables that detectors read (rca). Raises Impossible on broken columns."""

from collections.abc import Sequence, Sized
from datetime import UTC, datetime

import numpy as np

from inquest.contracts.errors import Impossible
from inquest.contracts.latest import (
    CapabilityTask,
    ChangesResponse,
    LogsResponse,
    MetricsResponse,
    PatternData,
    TopologyResponse,
    TracesResponse,
)
from inquest.contracts.latest import Window as Span
from inquest.rca.severity import severity_of
from inquest.rca.tables import Change, Edge, Floats, Logs, Pattern, Series, Spans, Target, Window


def window_of(span: Span) -> Window:
    """Return the window in epoch seconds."""
    return Window(span.start.timestamp(), span.end.timestamp())


def span_of(window: Window) -> Span:
    """Return the window as points in time."""
    return Span(start=instant(window.start), end=instant(window.end))


def instant(epoch_s: float) -> datetime:
    """Return the point in time, UTC."""
    return datetime.fromtimestamp(epoch_s, UTC)


def target_of(task: CapabilityTask) -> Target:
    """Return what the page said."""
    focus = task.focus
    fired_at = focus.fired_at.timestamp() if focus.fired_at else None
    return Target(next(iter(focus.services), None), focus.metric, fired_at, focus.text)


def series_of(response: MetricsResponse) -> tuple[Series, ...]:
    """Return the series; one that names no service belongs to its node."""
    found = []
    for one in response.series:
        _same_length("metrics", one.times, one.values)
        found.append(Series(one.service or one.node, one.metric, _floats(one.times), _floats(one.values)))
    return tuple(found)


def logs_of(response: LogsResponse) -> Logs:
    """Return the log lines."""
    rows = (response.times, response.services, response.severities, response.messages)
    _same_length("logs", *rows)
    none: list[str | None] = [None] * len(response.times)
    traces, spans = response.trace_ids or none, response.span_ids or none
    _same_length("logs", response.times, traces, spans)
    return Logs(
        _floats(response.times),
        response.services,
        response.severities,
        response.messages,
        traces,
        spans,
        templates=_templates(response),
    )


def _templates(response: LogsResponse) -> list[str] | None:
    if not response.summarised_from:
        return None
    _same_length("logs", response.times, response.pattern_of)
    if any(not 0 <= place < len(response.patterns) for place in response.pattern_of):
        raise Impossible("logs: pattern_of names a pattern that is not there")
    return [response.patterns[place].signature for place in response.pattern_of]


def patterns_of(response: LogsResponse) -> tuple[Pattern, ...]:
    """Return the signatures that were counted; without a delta nothing is claimed to have changed."""
    return tuple(_pattern(one) for one in response.patterns)


def _pattern(one: PatternData) -> Pattern:
    _same_length("patterns", one.times, one.counts)
    return Pattern(
        one.service,
        one.signature,
        one.count,
        one.delta or 0.0,
        severity=severity_of(one.severity, one.signature),
        times=_floats(one.times),
        counts=_floats(one.counts),
        last_at=one.last_at or 0.0,
        exemplars=tuple(one.exemplars),
    )


def spans_of(response: TracesResponse) -> Spans:
    """Return the spans; no status counts as no error."""
    rows = (response.trace_ids, response.span_ids, response.parent_ids, response.services, response.names)
    errors = response.errors or [None] * len(response.span_ids)
    _same_length("traces", *rows, response.starts, response.durations_ms, errors)
    if response.attributes:
        _same_length("traces", response.span_ids, response.attributes)
    return Spans(
        *rows,
        _floats(response.starts),
        _floats(response.durations_ms),
        np.fromiter((bool(error) for error in errors), np.bool_, len(errors)),
        response.attributes or None,
    )


def changes_of(response: ChangesResponse) -> tuple[Change, ...]:
    """Return the changes."""
    return tuple(
        Change(
            one.time,
            one.kind,
            one.service,
            one.ref,
            one.author,
            one.message,
            tuple(one.files),
            one.diff,
            one.before,
            one.after,
        )
        for one in response.changes
    )


def edges_of(response: TopologyResponse) -> tuple[Edge, ...]:
    """Return the edges."""
    return tuple(Edge(one.caller, one.callee) for one in response.edges)


def _floats(column: Sequence[float | None]) -> Floats:
    return np.array(column, dtype=np.float64)  # None becomes NaN


def _same_length(domain: str, *columns: Sized) -> None:
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise Impossible(f"{domain}: columns of different lengths {sorted(lengths)}")
