"""Rows of several recorded answers as one answer, cut to what a request asks for. Pure.

Two answers to overlapping questions hold the same rows; within one answer equal rows are several.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from inquest.contracts.latest import (
    RESPONSES,
    CodeRequest,
    Domain,
    DomainRequest,
    DomainResponse,
    FlagsResponse,
    LogsRequest,
    LogsResponse,
    Message,
    MetricsResponse,
    SeriesData,
    TracesRequest,
    TracesResponse,
)
from inquest.gateway.domain.pages import is_asked, is_severe, page
from inquest.gateway.domain.ranges import TimeRange, ranges

_LISTS: Mapping[Domain, tuple[str, tuple[str, ...]]] = {
    "changes": ("changes", ("time",)),
    "flags": ("changes", ("time",)),
    "tickets": ("tickets", ("created_at", "ticket_id")),
    "chat": ("messages", ("time",)),
    "events": ("events", ("time",)),
    "code": ("parts", ("repository", "path", "line_start")),
    "documents": ("documents", ()),
    "objects": ("objects", ("kind", "time", "object_id")),
    "topology": ("edges", ("caller", "callee")),
    "dashboards": ("dashboards", ("title",)),
}
"""Where a domain's rows are, and by which of their fields they are in order; documents come as they came."""
_TIMED = frozenset({"chat", "events"})
_IDS = ("ref", "ticket_id", "message_id", "thread_id", "object_id", "document_id", "dashboard_id")
_NAMES = ("entity", "channel")
_EQUAL = ("repository", "path", "ref", "environment")
_LOGS = ("times", "services", "severities", "messages", "trace_ids", "span_ids")
_TRACES = (
    "trace_ids",
    "span_ids",
    "parent_ids",
    "services",
    "names",
    "starts",
    "durations_ms",
    "errors",
    "attributes",
)

RowT = TypeVar("RowT")


def answered(domain: Domain, answers: Sequence[DomainResponse], request: DomainRequest) -> DomainResponse:
    """Return what of the answers a request asks for, a page of it. Raises ProviderError for a strange cursor."""
    make = {"metrics": _metrics, "logs": _logs, "traces": _traces}.get(domain)
    return make(answers, request) if make else _listed(domain, answers, request)


def _merged(parts: Iterable[Sequence[RowT]], key: Callable[[RowT], str]) -> list[RowT]:
    """Return each row as often as the answer has it that has it most often, in the order in which they came."""
    most: Counter[str] = Counter()
    found: list[RowT] = []
    for rows in parts:
        here: Counter[str] = Counter()
        for row in rows:
            name = key(row)
            here[name] += 1
            if here[name] > most[name]:
                found.append(row)
        most |= here
    return found


def _listed(domain: Domain, answers: Sequence[DomainResponse], request: DomainRequest) -> DomainResponse:
    name, order = _LISTS[domain]
    rows: list[Any] = _merged((getattr(one, name) for one in answers), _json)
    is_history = domain in {"changes", "flags"}
    rows = [row for row in rows if (_is_change(row, request) if is_history else _is_wanted(row, domain, request))]
    if order:
        rows.sort(key=lambda row: (*(_sortable(getattr(row, one)) for one in order), _json(row)))
    paged = page(rows, request, newest=is_history)
    more: dict[str, Any] = {"next_cursor": paged.next_cursor, "truncated": paged.left > 0, name: list(paged.rows)}
    if domain == "flags":
        states = _merged((cast("FlagsResponse", one).flags for one in answers), _json)
        more["flags"] = [one for one in states if _is_state(one, request)]
    return RESPONSES[domain](**more)


def _json(row: Message) -> str:
    return row.model_dump_json()


def _sortable(value: Any) -> Any:
    return float("-inf") if value is None else value


def _is_change(row: Any, request: DomainRequest) -> bool:
    asked = ranges(request)
    return bool(asked) and asked[0].start <= row.time < asked[-1].end and is_asked(row, request)


def _is_state(row: Any, request: Any) -> bool:
    return (
        request.states
        and (not request.names or row.name in request.names)
        and (not request.services or row.service is None or row.service in request.services)
        and (not request.environment or row.environment == request.environment)
    )


def _is_wanted(row: Any, domain: Domain, request: Any) -> bool:
    """Say whether a row of any list fits. A field that it has not restricts nothing."""
    own = {getattr(row, one) for one in _IDS if getattr(row, one, "")}
    names = {getattr(row, one) for one in _NAMES if getattr(row, one, "")}
    text = getattr(request, "text", "").casefold()
    return (
        _is_timely(row, domain, request)
        and _is_of(row, request.services)
        and (not getattr(request, "kinds", ()) or row.kind in request.kinds)
        and (not getattr(request, "ids", ()) or bool(own & set(request.ids)))
        and (not getattr(request, "names", ()) or bool(names & set(request.names)))
        and (not text or text in _json(row).casefold())
        and all(_equals(row, request, one) for one in _EQUAL)
    )


def _equals(row: Any, request: Any, name: str) -> bool:
    asked = getattr(request, name, "")
    if name == "path" and isinstance(request, CodeRequest) and request.operation == "search":
        return str(row.path).startswith(asked)
    return not asked or getattr(row, name, asked) == asked


def _is_timely(row: Any, domain: Domain, request: DomainRequest) -> bool:
    asked = ranges(request)
    if domain in _TIMED:
        return _is_in(row.time, asked)
    if domain == "tickets" and not getattr(request, "ids", ()):
        return _is_in(row.created_at, asked) or (row.updated_at is not None and _is_in(row.updated_at, asked))
    return True


def _is_in(at: float, asked: Sequence[TimeRange]) -> bool:
    return any(part.start <= at < part.end for part in asked)


def _is_of(row: Any, services: Sequence[str]) -> bool:
    if not services:
        return True
    if hasattr(row, "callee"):
        return bool({row.caller, row.callee} & set(services))
    if hasattr(row, "services"):
        return not row.services or bool(set(row.services) & set(services))
    return getattr(row, "service", None) is None or row.service in services


def _columns(response: DomainResponse, names: Sequence[str]) -> list[tuple[Any, ...]]:
    columns = [getattr(response, name) for name in names]
    length = len(columns[0])
    return list(zip(*(column or [{}] * length for column in columns), strict=True))


def _row_key(row: tuple[Any, ...]) -> str:
    return json.dumps(row, sort_keys=True)


def _logs(answers: Sequence[DomainResponse], request: DomainRequest) -> DomainResponse:
    assert isinstance(request, LogsRequest)
    asked, text, traces = ranges(request), request.text.casefold(), set(request.trace_ids)
    rows = [
        row
        for row in _merged((_columns(one, _LOGS) for one in answers), _row_key)
        if _is_in(row[0], asked)
        and (not request.services or row[1] in request.services)
        and is_severe(row[2], request.severity_min)
        and text in row[3].casefold()
        and (not traces or row[4] in traces)
    ]
    patterns = _merged((cast("LogsResponse", one).patterns for one in answers), _json)
    paged = page(sorted(rows, key=lambda row: (row[0], _row_key(row))), request)
    return LogsResponse(
        **{name: [row[number] for row in paged.rows] for number, name in enumerate(_LOGS)},
        patterns=[one for one in patterns if not request.services or one.service in request.services],
        next_cursor=paged.next_cursor,
        truncated=paged.left > 0,
    )


def _traces(answers: Sequence[DomainResponse], request: DomainRequest) -> DomainResponse:
    assert isinstance(request, TracesRequest)
    asked = ranges(request)
    rows = _merged((_columns(one, _TRACES) for one in answers), _row_key)
    whole = {row[0] for row in rows if _is_span_asked(row, request)}
    rows = [row for row in rows if row[0] in whole and _is_in(row[5], asked)]
    paged = page(sorted(rows, key=lambda row: (row[5], _row_key(row))), request)
    return TracesResponse(
        **{name: [row[number] for row in paged.rows] for number, name in enumerate(_TRACES)},
        next_cursor=paged.next_cursor,
        truncated=paged.left > 0,
    )


def _is_span_asked(row: tuple[Any, ...], request: TracesRequest) -> bool:
    return (
        (not request.services or row[3] in request.services)
        and (not request.names or row[4] in request.names)
        and (not request.trace_ids or row[0] in request.trace_ids)
        and (not request.errors_only or bool(row[7]))
        and row[6] >= request.duration_ms_min
    )


def _metrics(answers: Sequence[DomainResponse], request: Any) -> DomainResponse:
    """Merge the samples of each series: of two at the same time the first that was read stays."""
    asked = ranges(request)
    found: defaultdict[tuple[str, ...], dict[float, float | None]] = defaultdict(dict)
    for one in (series for answer in answers for series in cast("MetricsResponse", answer).series):
        if (not request.services or one.service in request.services) and (
            not request.names or one.metric in request.names
        ):
            samples = found[one.service, one.metric, one.instance, one.node, one.unit]
            for at, value in zip(one.times, one.values, strict=True):
                if _is_in(at, asked):
                    samples.setdefault(at, value)
    rows = [(name, at, value) for name, samples in sorted(found.items()) for at, value in sorted(samples.items())]
    paged = page(rows, request)
    series: dict[tuple[str, ...], SeriesData] = {}
    for name, at, value in paged.rows:
        if name not in series:
            fields = dict(zip(("service", "metric", "instance", "node", "unit"), name, strict=True))
            series[name] = SeriesData(**fields, times=[], values=[])
        series[name].times.append(at)
        series[name].values.append(value)
    return MetricsResponse(series=list(series.values()), next_cursor=paged.next_cursor, truncated=paged.left > 0)
