"""What Jaeger's answers say, in our words."""

from collections.abc import Iterable
from typing import Any

from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.spans import Span

_VALUE_CHARS_MAX = 4000


def data_of(answer: Any) -> list[Any]:
    """Return the list that an answer holds. Raises ProviderError (malformed)."""
    if isinstance(answer, dict) and "data" in answer:
        data = answer["data"]
        if isinstance(data, list):
            return data
        if data is None and not answer.get("errors"):
            return []  # how Jaeger writes an empty list
    said = answer.get("errors") if isinstance(answer, dict) else ""
    raise ProviderError("malformed", f"the answer has no list of data: is this address a Jaeger? {said or ''}"[:300])


def spans_of(traces: Iterable[Any]) -> list[Span]:
    """Return the spans of traces. Raises ProviderError (malformed)."""
    with understood("a trace of Jaeger"):
        return [_span(raw, trace["processes"]) for trace in traces for raw in trace["spans"]]


def _span(raw: Any, processes: Any) -> Span:
    tags = {str(one["key"]): one["value"] for one in raw.get("tags") or ()}
    parents = [one["spanID"] for one in raw.get("references") or () if one["refType"] == "CHILD_OF"]
    status = str(tags.get("otel.status_code", "")).upper()
    return Span(
        start=int(raw["startTime"]) / 1e6,
        trace_id=str(raw["traceID"]),
        span_id=str(raw["spanID"]),
        parent_id=str(parents[0]) if parents else "",
        service=str(processes[raw["processID"]]["serviceName"]),
        name=str(raw["operationName"]),
        duration_ms=max(0, int(raw["duration"])) / 1e3,
        error=status == "ERROR" or str(tags.get("error", "")).lower() == "true",
        attributes=tuple(sorted((key, str(value)[:_VALUE_CHARS_MAX]) for key, value in tags.items())),
    )
