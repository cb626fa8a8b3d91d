"""Which detector serves which capability, and what it reads. A new capability adds one row here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from inquest.contracts.capabilities import (
    COLLECT_CHANGE_RISK,
    COLLECT_ERROR_SIGNATURES,
    COLLECT_SYMPTOMS,
    MAP_BLAST_RADIUS,
    TRACE_FAILURE_PATH,
)
from inquest.contracts.latest import (
    CapabilityTask,
    ChangesResponse,
    Domain,
    LogsResponse,
    Message,
    MetricsResponse,
    TopologyResponse,
    TracesResponse,
)
from inquest.rca.changes import find_change_risks
from inquest.rca.finding import Analysis, Finding
from inquest.rca.graph import map_dependencies
from inquest.rca.logs import find_error_signatures
from inquest.rca.metrics import find_symptoms
from inquest.rca.tables import Edge, Target, Window, no_logs, no_spans
from inquest.rca.traces import find_failure_paths
from inquest.worker.domain import tables

Responses = Mapping[Domain, Message]
ModelT = TypeVar("ModelT", bound=Message)

RESPONSES: Mapping[Domain, type[Message]] = {
    "metrics": MetricsResponse,
    "logs": LogsResponse,
    "traces": TracesResponse,
    "changes": ChangesResponse,
    "flags": ChangesResponse,
    "topology": TopologyResponse,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What every detector is told beside the telemetry."""

    window: Window
    baseline: Window | None
    target: Target


def question_of(task: CapabilityTask) -> Question:
    """Return the task's question; windows come from the task, never from a clock."""
    baseline = tables.window_of(task.baseline) if task.baseline else None
    return Question(tables.window_of(task.window), baseline, tables.target_of(task))


Detector = Callable[[Responses, Question], Analysis]


def _symptoms(responses: Responses, asked: Question) -> Analysis:
    response = _get(responses, "metrics", MetricsResponse)
    series = tables.series_of(response) if response else ()
    return find_symptoms(series, window=asked.window, baseline=asked.baseline, target=asked.target)


def _error_signatures(responses: Responses, asked: Question) -> Analysis:
    response = _get(responses, "logs", LogsResponse)
    logs, patterns = (tables.logs_of(response), tables.patterns_of(response)) if response else (no_logs(), ())
    traces = (response.traces_in, response.traces_before) if response and response.summarised_from else None
    return find_error_signatures(
        logs, patterns, window=asked.window, baseline=asked.baseline, target=asked.target, traces=traces
    )


def _failure_path(responses: Responses, asked: Question) -> Analysis:
    response = _get(responses, "traces", TracesResponse)
    spans = tables.spans_of(response) if response else no_spans()
    return find_failure_paths(spans, window=asked.window, baseline=asked.baseline, target=asked.target)


def _change_risk(responses: Responses, asked: Question) -> Analysis:
    found = (_get(responses, domain, ChangesResponse) for domain in ("changes", "flags"))
    changes = [change for response in found if response for change in tables.changes_of(response)]
    return find_change_risks(changes, window=asked.window, baseline=asked.baseline, target=asked.target)


def _blast_radius(responses: Responses, asked: Question) -> Analysis:
    traces = _get(responses, "traces", TracesResponse)
    topology = _get(responses, "topology", TopologyResponse)
    spans = tables.spans_of(traces) if traces else no_spans()
    edges: Sequence[Edge] = tables.edges_of(topology) if topology else ()
    return map_dependencies(spans, edges, window=asked.window, baseline=asked.baseline, target=asked.target)


DETECTORS: Mapping[str, Detector] = {
    COLLECT_SYMPTOMS.capability_id: _symptoms,
    COLLECT_ERROR_SIGNATURES.capability_id: _error_signatures,
    TRACE_FAILURE_PATH.capability_id: _failure_path,
    COLLECT_CHANGE_RISK.capability_id: _change_risk,
    MAP_BLAST_RADIUS.capability_id: _blast_radius,
}


def source_of(finding: Finding, answered: Sequence[Domain]) -> Domain:
    """Return the domain a finding came from, among those that answered (at least one)."""
    if finding.kind == "flag":
        preferred: Domain = "flags"
    elif finding.kind == "change":
        preferred = "changes"
    else:
        preferred = "topology" if finding.features.get("given") is True else "traces"
    return preferred if preferred in answered else answered[0]


def _get(responses: Responses, domain: Domain, model: type[ModelT]) -> ModelT | None:
    response = responses.get(domain)
    return response if isinstance(response, model) else None
