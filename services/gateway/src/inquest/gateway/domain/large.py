"""What is too large to hand on as it is: many log lines become templates, long series become shorter ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from inquest.contracts.latest import DomainRequest, LogsResponse, Message, MetricsResponse, PatternData, Window
from inquest.gateway.domain.samples import thinned

LINES_MAX = 20_000  # of an answer that is handed on as lines
_SEVERITIES = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Reduced:
    """The answer as it is handed on, what was done to it, and whether anything of it is gone for good."""

    response: Message
    notes: tuple[str, ...] = ()
    is_cut: bool = False


def reduced(response: Message, request: DomainRequest | None) -> Reduced:
    """Return the answer in a form of bounded size; without a request nothing is known of its windows, and it stays."""
    reduce = _REDUCERS.get(type(response))
    return reduce(response, request) if reduce and request else Reduced(response)


def _logs(response: LogsResponse, request: DomainRequest) -> Reduced:
    columns = (response.times, response.services, response.severities, response.messages)
    none: list[str | None] = [None] * len(response.times)
    traces, spans = response.trace_ids or none, response.span_ids or none
    if len(response.times) <= LINES_MAX or len({len(one) for one in (*columns, traces, spans)}) > 1:
        return Reduced(response)  # columns that do not fit together are the reader's to refuse
    from inquest.rca.summary import summarise  # noqa: PLC0415 - large answers are rare, and start-up is not
    from inquest.rca.tables import Logs  # noqa: PLC0415

    lines = Logs(np.nan_to_num(np.array(response.times, dtype=np.float64)), *columns[1:], traces, spans)
    baseline = _span(request.baseline) if request.baseline else None
    made = summarise(lines, window=_span(request.window), baseline=baseline)
    patterns = [
        PatternData(
            service=one.entity,
            signature=one.signature,
            count=one.count,
            severity=_SEVERITIES[one.severity],
            first_at=float(one.times[0]) if one.is_summary else None,
            last_at=one.last_at if one.is_summary else None,
            exemplars=list(one.exemplars),
            times=one.times.tolist(),
            counts=one.counts.tolist(),
        )
        for one in made.patterns
    ]
    sample = made.sample
    update: dict[str, Any] = {
        "times": sample.times.tolist(),
        "services": list(sample.entities),
        "severities": list(sample.severities),
        "messages": list(sample.messages),
        "trace_ids": list(sample.trace_ids) if response.trace_ids else [],
        "span_ids": list(sample.span_ids or ()) if response.span_ids else [],
        "pattern_of": list(made.pattern_of),
        "traces_in": made.traces_in,
        "traces_before": made.traces_before,
        "patterns": [*patterns, *response.patterns],
        "summarised_from": made.lines,
        "truncated": response.truncated or made.left_out > 0,
    }
    # The places in `pattern_of` count from the first: ours come before those of the source.
    return Reduced(
        response.model_copy(update=update),
        _told(made.lines, len(patterns), made.repeated, made.left_out),
        made.left_out > 0,
    )


def _told(lines: int, patterns: int, repeated: int, left_out: int) -> tuple[str, ...]:
    notes = [f"{lines} log lines arrived as {patterns} templates with counts and exemplars"]
    if repeated:
        notes.append(f"{repeated} log lines were delivered twice and count once")
    if left_out:
        notes.append(f"{left_out} further templates of log lines were only counted")
    return tuple(notes)


def _metrics(response: MetricsResponse, request: DomainRequest) -> Reduced:
    del request
    series = [thinned(one) for one in response.series]
    shorter = [(one, made) for one, made in zip(response.series, series, strict=True) if made is not one]
    if not shorter:
        return Reduced(response)
    before, after = (sum(len(pair[side].times) for pair in shorter) for side in (0, 1))
    note = f"{len(shorter)} series arrived with {after} of {before} samples; peaks, dips and gaps are kept"
    return Reduced(response.model_copy(update={"series": series}), (note,))


def _span(window: Window) -> Any:
    from inquest.rca.tables import Window as Span  # noqa: PLC0415

    return Span(window.start.timestamp(), window.end.timestamp())


_REDUCERS: dict[type[Message], Callable[[Any, DomainRequest], Reduced]] = {
    LogsResponse: _logs,
    MetricsResponse: _metrics,
}
