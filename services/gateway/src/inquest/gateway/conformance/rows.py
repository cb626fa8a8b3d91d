"""The rows of any domain's response, so that one check fits all domains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inquest.contracts.latest import (
    ChangesResponse,
    Domain,
    DomainResponse,
    LogsResponse,
    MetricsResponse,
    TracesResponse,
)

TIMED: frozenset[Domain] = frozenset({"metrics", "logs", "traces", "changes", "flags", "chat", "events"})
"""Domains whose rows lie in the window. Tickets may be updated in it; the others are asked for as they are."""
SERVED: frozenset[Domain] = frozenset({"metrics", "logs", "changes", "flags", "events"})
"""Domains whose rows are of a service, and are left out where another is asked for."""
_LISTS: Mapping[Domain, tuple[str, str]] = {
    "flags": ("changes", "time"),
    "changes": ("changes", "time"),
    "tickets": ("tickets", "created_at"),
    "chat": ("messages", "time"),
    "events": ("events", "time"),
    "code": ("parts", ""),
    "documents": ("documents", ""),
    "objects": ("objects", ""),
    "topology": ("edges", ""),
    "dashboards": ("dashboards", ""),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row, all of it in `key`. `time` in epoch seconds, where it has one; order starts anew in each `group`."""

    key: str
    time: float | None = None
    service: str | None = None
    group: str = ""


def rows_of(domain: Domain, response: DomainResponse) -> list[Row]:
    """Return the rows in their order. Raises ValueError where columns differ in length."""
    return _COLUMNS[domain](response) if domain in _COLUMNS else _listed(domain, response)


def _listed(domain: Domain, response: DomainResponse) -> list[Row]:
    name, time = _LISTS[domain]
    return [
        Row(one.model_dump_json(), getattr(one, time) if time else None, getattr(one, "service", None))
        for one in getattr(response, name)
    ]


def _metrics(response: Any) -> list[Row]:
    assert isinstance(response, MetricsResponse)
    return [
        Row(f"{label} {time} {value}", time, one.service, label)
        for one in response.series
        for label in (f"{one.service}/{one.metric}/{one.instance}/{one.node}",)
        for time, value in zip(one.times, one.values, strict=True)
    ]


def _logs(response: Any) -> list[Row]:
    assert isinstance(response, LogsResponse)
    columns = (response.severities, response.messages, response.trace_ids, response.span_ids)
    return [
        Row(repr((time, service, *rest)), time, service)
        for time, service, *rest in zip(response.times, response.services, *columns, strict=True)
    ]


def _traces(response: Any) -> list[Row]:
    assert isinstance(response, TracesResponse)
    columns = (response.span_ids, response.parent_ids, response.names, response.durations_ms, response.errors)
    if len(response.attributes) not in {0, len(response.span_ids)}:
        raise ValueError("attributes are of another length")
    return [
        Row(repr((trace, start, service, *rest)), start, service)
        for trace, start, service, *rest in zip(
            response.trace_ids, response.starts, response.services, *columns, strict=True
        )
    ]


_COLUMNS: Mapping[Domain, Callable[[DomainResponse], list[Row]]] = {
    "metrics": _metrics,
    "logs": _logs,
    "traces": _traces,
}


def is_history(response: DomainResponse) -> bool:
    """Say whether rows between baseline and window belong to the answer: a change acts on after it was made."""
    return isinstance(response, ChangesResponse)
