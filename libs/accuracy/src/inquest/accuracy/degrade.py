"""Copies of an incident that know less: on whole packs the engine errs too seldom to learn when it errs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from inquest.rca.engine import Telemetry
from inquest.rca.tables import Logs, Spans, Window, no_logs, no_spans

WHOLE = "whole"
NO_FAULT = "no fault"
TRACES_KEPT = 10


def copies(telemetry: Telemetry, culprit: str | None) -> Mapping[str, Telemetry]:
    """Return the telemetry by what was done to it.

    `whole` is as it was; the others lack one modality, every other series, nine of ten traces, or all that `culprit`
    told of itself; `no fault` is the second half of the baseline seen against its first.
    """
    found = {
        "no metrics": replace(telemetry, series=()),
        "no logs": replace(telemetry, logs=no_logs(), patterns=()),
        "no spans": replace(telemetry, spans=no_spans()),
        "half the series": replace(telemetry, series=telemetry.series[::2]),
        "few traces": replace(telemetry, spans=_few(telemetry.spans)),
        "silent culprit": _without(telemetry, culprit),
    }
    changed = {name: one for name, one in found.items() if _sizes(one) != _sizes(telemetry) and any(_sizes(one))}
    if telemetry.baseline is not None:
        changed[NO_FAULT] = _quiet(telemetry, telemetry.baseline)
    return {WHOLE: telemetry, **changed}


def _sizes(one: Telemetry) -> tuple[int, ...]:
    return len(one.series), len(one.logs), len(one.patterns), len(one.spans)


def _few(spans: Spans) -> Spans:
    traces = list(dict.fromkeys(spans.trace_ids))
    kept = set(traces[::TRACES_KEPT])
    return _spans(spans, [row for row, trace in enumerate(spans.trace_ids) if trace in kept])


def _without(telemetry: Telemetry, culprit: str | None) -> Telemetry:
    return replace(
        telemetry,
        series=[one for one in telemetry.series if one.entity != culprit],
        logs=_logs(telemetry.logs, [row for row, name in enumerate(telemetry.logs.entities) if name != culprit]),
        patterns=[one for one in telemetry.patterns if one.entity != culprit],
        spans=_spans(telemetry.spans, [row for row, name in enumerate(telemetry.spans.entities) if name != culprit]),
    )


def _quiet(telemetry: Telemetry, baseline: Window) -> Telemetry:
    middle = (baseline.start + baseline.end) / 2
    return replace(
        telemetry,
        window=Window(middle, baseline.end),
        baseline=Window(baseline.start, middle),
        patterns=(),
        changes=[one for one in telemetry.changes if one.time < baseline.end],
    )


def _logs(logs: Logs, rows: Sequence[int]) -> Logs:
    return Logs(
        logs.times[np.array(rows, dtype=np.int64)],
        [logs.entities[row] for row in rows],
        [logs.severities[row] for row in rows],
        [logs.messages[row] for row in rows],
        [logs.trace_ids[row] for row in rows],
        None if logs.span_ids is None else [logs.span_ids[row] for row in rows],
        None if logs.attributes is None else [logs.attributes[row] for row in rows],
    )


def _spans(spans: Spans, rows: Sequence[int]) -> Spans:
    at = np.array(rows, dtype=np.int64)
    return Spans(
        [spans.trace_ids[row] for row in rows],
        [spans.span_ids[row] for row in rows],
        [spans.parent_ids[row] for row in rows],
        [spans.entities[row] for row in rows],
        [spans.names[row] for row in rows],
        spans.starts[at],
        spans.durations_ms[at],
        spans.errors[at],
        None if spans.attributes is None else [spans.attributes[row] for row in rows],
    )
