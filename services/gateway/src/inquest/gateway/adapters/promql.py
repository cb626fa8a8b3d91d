"""What to ask of Prometheus: the grid of times, and the expressions of configured and of discovered metrics. Pure."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inquest.config.kinds.prometheus import PrometheusDiscovery, PrometheusQuery, SeriesMapping
from inquest.gateway.domain.ranges import TimeRange

POINTS_MAX = 2000
"""Per series over all ranges; Prometheus itself refuses more than 11,000 in one."""

_SUFFIX = re.compile(r"_(?:bucket|count|sum|total|created)$")


@dataclass(frozen=True, slots=True)
class Grid:
    """Times `start`, `start + step`, … up to `end`, both inclusive; epoch seconds, multiples of the step."""

    start: int
    end: int
    step_s: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One expression, the name of what it yields, and how its labels are read."""

    metric: str
    promql: str
    unit: str
    mapping: SeriesMapping


def grids(ranges: Iterable[TimeRange], step_s: int) -> list[Grid]:
    """Return one grid per range. The step is a multiple of `step_s` that keeps the points of all within POINTS_MAX.

    Times are multiples of the step, so that the same window always yields the same points.
    """
    parts = tuple(ranges)
    length_s = sum(part.end - part.start for part in parts)
    step = step_s * max(1, math.ceil(length_s / (step_s * POINTS_MAX)))
    found = (Grid(math.ceil(part.start / step) * step, (math.ceil(part.end / step) - 1) * step, step) for part in parts)
    return [grid for grid in found if grid.start <= grid.end]


def configured(query: PrometheusQuery, step_s: int) -> Measure:
    """Return the measure of a configured expression; `$__interval` and `$__rate_interval` follow the step."""
    promql = query.promql.replace("$__rate_interval", f"{4 * step_s}s").replace("$__interval", f"{step_s}s")
    return Measure(query.metric, promql, query.unit, query)


def discovered(
    discovery: PrometheusDiscovery, names: Iterable[str], types: Mapping[str, str], step_s: int
) -> list[Measure]:
    """Return the measures of the metrics that a matcher found, in order of name.

    Args:
        discovery: the configured matcher and its rules.
        names: metric names that exist in the window.
        types: `counter`, `gauge`, `histogram` or `summary` by metric name, as far as the server knows.
        step_s: the grid's step; a rate over less than it would skip samples.
    """
    known = frozenset(names)
    excluded = [re.compile(pattern) for pattern in discovery.exclude]
    window = f"{max(discovery.rate_window_s, step_s)}s"
    measures: list[Measure] = []
    for name in sorted(known):
        if not any(pattern.search(name) for pattern in excluded):
            measures += _measures(discovery, name, _kind(name, types, known), window)
    return measures


def _kind(name: str, types: Mapping[str, str], known: frozenset[str]) -> str:
    base = _SUFFIX.sub("", name)
    declared = types.get(name) or types.get(base, "")
    of_histogram = f"{base}_sum" in known and f"{base}_count" in known
    if name.endswith("_bucket") and (declared == "histogram" or of_histogram):
        return "histogram"
    if name.endswith("_created"):
        return "none"  # a time stamp that client libraries add; it never changes
    if name != base and (declared in {"histogram", "summary"} or (of_histogram and not declared)):
        return "none" if name.endswith("_sum") else "counter"  # quantiles say more than the sum
    if declared in {"counter", "gauge"}:
        return declared
    return "counter" if name.endswith("_total") else "gauge"


def _measures(discovery: PrometheusDiscovery, name: str, kind: str, window: str) -> list[Measure]:
    selected = selector(name, discovery.match)
    if kind == "counter":
        return [Measure(name, f"rate({selected}[{window}])", "1/s", discovery)]
    if kind == "gauge":
        return [Measure(name, selected, "", discovery)]
    if kind == "none":
        return []
    base = name.removesuffix("_bucket")
    return [
        Measure(
            f"{base}_p{quantile * 100:g}",
            f"histogram_quantile({quantile:g}, rate({selected}[{window}]))",
            "",
            discovery,
        )
        for quantile in discovery.quantiles
    ]


def selector(name: str, match: str) -> str:
    """Return a selector of one metric within a matcher: `{job="a"}` and `up{job="a"}` alike."""
    front, _, rest = match.partition("{")
    inner = rest.rpartition("}")[0].strip().rstrip(",")
    parts = [f'__name__="{_escaped(name)}"']
    if front.strip() and front.strip() != name:
        parts.append(f'__name__="{_escaped(front.strip())}"')
    return "{" + ",".join([*parts, inner] if inner else parts) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
