"""What Prometheus answers, as series of Inquest. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from inquest.config import Catalogue
from inquest.contracts.latest import ErrorKind, SeriesData
from inquest.gateway.adapters.promql import Measure
from inquest.gateway.ports import ProviderError

_LABEL = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_VALUE_CHARS_MAX = 200
SOURCE = "prometheus"
_KINDS: Mapping[str, ErrorKind] = {
    "timeout": "timeout",
    "canceled": "retryable",
    "unavailable": "retryable",
    "internal": "retryable",
    "not_found": "not-found",
}
"""What the errorType of an answer means; all others refuse the expression."""

Points = tuple[list[float], list[float | None]]
RawSeries = tuple[dict[str, str], Points]
"""Labels, and the samples as times in epoch seconds and values."""


@dataclass(slots=True)
class Answers:
    """Series gathered over several expressions and ranges, keyed by what tells them apart."""

    catalogue: Catalogue
    services: frozenset[str]
    series_max: int
    points_max: int
    series: dict[tuple[str, str, str, str], SeriesData] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    cut: bool = False
    _points: int = 0

    def take(self, measure: Measure, found: Sequence[RawSeries]) -> None:
        """Add the series of one answer. Those without a service are reported and left out."""
        nameless = 0
        if not found:
            self.problems.append(f"{measure.metric}: no series")
        for labels, samples in found[: self.series_max]:
            service = _service(measure, labels)
            if service is None:
                nameless += 1
                continue
            service = self.catalogue.resolve(service, SOURCE) or service
            if not self.services or service in self.services:
                self._add(measure, labels, service, samples)
        if nameless:
            wanted = measure.mapping.service or measure.mapping.service_label
            self.problems.append(f"{measure.metric}: {nameless} series without {wanted!r} were left out")
        if len(found) > self.series_max:
            self.cut = True
            self.problems.append(f"{measure.metric}: {len(found)} series, {self.series_max} were taken")

    def _add(self, measure: Measure, labels: Mapping[str, str], service: str, samples: Points) -> None:
        times, values = samples
        if self._points + len(times) > self.points_max:
            if not self.cut:
                self.problems.append(f"more than {self.points_max} samples: the rest was left out")
            self.cut = True
            return
        self._points += len(times)
        mapping = measure.mapping
        instance = labels.get(mapping.instance_label, "") if mapping.instance_label else ""
        node = labels.get(mapping.node_label, "") if mapping.node_label else ""
        key = (service, _name(measure, labels), instance, node)
        series = self.series.get(key)
        if series is None:
            series = self.series[key] = SeriesData(
                service=service, metric=key[1], instance=instance, node=node, unit=measure.unit, times=[], values=[]
            )
        elif series.times and times and times[0] <= series.times[-1]:
            self.problems.append(f"{key[1]} of {service}: two series look the same, one was taken; aggregate them")
            return
        series.times.extend(times)
        series.values.extend(values)


def parse(body: bytes) -> tuple[Any, list[str]]:
    """Return `data` and the warnings of an answer. Raises ProviderError on an error, or when it is not one."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProviderError("malformed", f"the answer is not JSON ({error}): is this address a Prometheus?") from error
    if not isinstance(answer, dict) or answer.get("status") not in {"success", "error"}:
        raise ProviderError("malformed", "the answer has no status: is this address a Prometheus?")
    if answer["status"] == "error":
        kind = str(answer.get("errorType", "error"))
        raise ProviderError(_KINDS.get(kind, "malformed"), f"{kind}: {str(answer.get('error', ''))[:400]}")
    warnings = answer.get("warnings") or []
    return answer.get("data"), [str(one)[:400] for one in warnings] if isinstance(warnings, list) else []


def metric_types(metadata: Any) -> dict[str, str]:
    """Return the type of each metric that the server has metadata of; entries of another shape are passed over."""
    entries = metadata.items() if isinstance(metadata, dict) else ()
    return {
        str(name): str(found[0].get("type", ""))
        for name, found in entries
        if isinstance(found, list) and found and isinstance(found[0], dict)
    }


def matrix(body: bytes) -> tuple[list[RawSeries], list[str]]:
    """Return the series and the warnings of a range query's answer. Raises ProviderError."""
    data, warnings = parse(body)
    result = data.get("result") if isinstance(data, dict) and data.get("resultType") == "matrix" else None
    if not isinstance(result, list):
        raise ProviderError("malformed", "the answer is not a matrix: use an expression that yields series")
    return [_series(entry) for entry in result], warnings


def _series(entry: Any) -> RawSeries:
    try:
        labels = {str(name): str(value) for name, value in entry["metric"].items()}
        samples = [(float(time), _number(value)) for time, value in entry.get("values", ())]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderError("malformed", f"a series of the answer is malformed: {error!r}") from error
    return labels, ([time for time, _ in samples], [value for _, value in samples])


def _number(text: str) -> float | None:
    """Return the sample, or None for NaN and ±Inf, which say that there is no measurement."""
    value = float(text)
    return value if math.isfinite(value) else None


def _service(measure: Measure, labels: Mapping[str, str]) -> str | None:
    template = measure.mapping.service
    if template is None:
        return labels.get(measure.mapping.service_label) or None
    if any(not labels.get(name) for name in _LABEL.findall(template)):
        return None
    return _LABEL.sub(lambda found: labels[found[1]], template)


def _name(measure: Measure, labels: Mapping[str, str]) -> str:
    """Return the metric with the labels that are not mapped: requests with code 500 are a measure of their own."""
    mapping = measure.mapping
    mapped = {"__name__", "job", "instance", mapping.instance_label, mapping.node_label}
    mapped |= set(_LABEL.findall(mapping.service)) if mapping.service else {mapping.service_label}
    rest = sorted((name, value) for name, value in labels.items() if name not in mapped)
    inner = ",".join(f'{name}="{value[:_VALUE_CHARS_MAX]}"' for name, value in rest)
    return f"{measure.metric}{{{inner}}}" if inner else measure.metric
