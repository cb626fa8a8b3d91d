"""`investigate`: every detector and the ranking in one call, for benchmarks and for one process."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from inquest.rca.cause import Ranking
from inquest.rca.changes import find_change_risks
from inquest.rca.finding import Analysis, Finding, Sight
from inquest.rca.graph import map_dependencies
from inquest.rca.logs import find_error_signatures
from inquest.rca.metrics import find_symptoms
from inquest.rca.tables import Change, Edge, Logs, Pattern, Series, Spans, Target, Window, no_logs, no_spans
from inquest.rca.traces import find_failure_paths
from inquest.rca.verdict import rank
from inquest.rca.weights import DEFAULT, Weights


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Everything known about one incident; each part may be empty."""

    window: Window
    baseline: Window | None = None
    series: Sequence[Series] = ()
    logs: Logs = field(default_factory=no_logs)
    patterns: Sequence[Pattern] = ()
    spans: Spans = field(default_factory=no_spans)
    changes: Sequence[Change] = ()
    edges: Sequence[Edge] = ()


@dataclass(frozen=True, slots=True)
class Investigated:
    """The ranking with the findings that it indexes, and what could not be seen."""

    ranking: Ranking
    findings: tuple[Finding, ...]
    coverage: tuple[Sight, ...]


def investigate(telemetry: Telemetry, target: Target, weights: Weights = DEFAULT) -> Investigated:
    """Run all detectors, then rank. A modality without data is a capability that was skipped."""
    window, baseline = telemetry.window, telemetry.baseline
    analyses: list[tuple[str, bool, Analysis]] = [
        (
            "collect-symptoms",
            bool(telemetry.series),
            find_symptoms(telemetry.series, window=window, baseline=baseline, target=target),
        ),
        (
            "collect-error-signatures",
            bool(len(telemetry.logs) or telemetry.patterns),
            find_error_signatures(telemetry.logs, telemetry.patterns, window=window, baseline=baseline, target=target),
        ),
        (
            "trace-failure-path",
            bool(len(telemetry.spans)),
            find_failure_paths(telemetry.spans, window=window, baseline=baseline, target=target),
        ),
        (
            "collect-change-risk",
            bool(telemetry.changes),
            find_change_risks(telemetry.changes, window=window, baseline=baseline, target=target),
        ),
        (
            "map-blast-radius",
            bool(len(telemetry.spans) or telemetry.edges),
            map_dependencies(telemetry.spans, telemetry.edges, window=window, baseline=baseline, target=target),
        ),
    ]
    findings = tuple(finding for _, _, one in analyses for finding in one.findings)
    coverage = tuple(
        Sight(name, "skipped", "no data")
        if not there
        else Sight(name, "degraded" if one.losses else "looked", " ".join(one.losses), one.entities)
        for name, there, one in analyses
    )
    return Investigated(rank(findings, target, coverage, weights), findings, coverage)
