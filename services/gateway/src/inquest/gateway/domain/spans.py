"""Spans as sources of traces have them, and the columns that they become. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from inquest.config import Catalogue
from inquest.contracts.latest import TracesRequest, TracesResponse
from inquest.gateway.domain.ranges import ranges


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One span. `start` in epoch seconds."""

    start: float
    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    duration_ms: float
    error: bool
    attributes: tuple[tuple[str, str], ...] = field(compare=False)


def asked_for(found: Iterable[Iterable[Span]], request: TracesRequest) -> list[Span]:
    """Return the spans in the window of traces in which one span fits; searches have seen to services and names."""
    spans = {one for ones in found for one in ones}
    fits = {
        one.trace_id
        for one in spans
        if one.duration_ms >= request.duration_ms_min and (one.error or not request.errors_only)
    }
    parts = ranges(request)
    return sorted(
        one for one in spans if one.trace_id in fits and any(part.start <= one.start < part.end for part in parts)
    )


def columns(spans: Iterable[Span], catalogue: Catalogue, source: str) -> TracesResponse:
    """Return the response of these spans, with services by their ids."""
    response = TracesResponse()
    for one in spans:
        response.trace_ids.append(one.trace_id)
        response.span_ids.append(one.span_id)
        response.parent_ids.append(one.parent_id or None)
        response.services.append(catalogue.resolve(one.service, source) or one.service)
        response.names.append(one.name)
        response.starts.append(one.start)
        response.durations_ms.append(one.duration_ms)
        response.errors.append(one.error)
        response.attributes.append(dict(one.attributes))
    return response


def sliced(request: TracesRequest, slices: int, *, per_s: float) -> list[tuple[int, int]]:
    """Return parts of the window and of the baseline, in a unit of which a second has `per_s`; ends are outside."""
    found = []
    for part in ranges(request):
        start, end = round(part.start * per_s), round(part.end * per_s)
        bounds = [start + (end - start) * number // slices for number in range(slices + 1)]
        found += [(one, two) for one, two in pairwise(bounds) if one < two]
    return found
