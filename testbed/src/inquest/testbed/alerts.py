"""The shop's alert rules, evaluated over what was recorded, as a monitoring system would."""

import statistics
from collections import defaultdict
from dataclasses import dataclass

from inquest.testbed.scenario import Page

Samples = dict[tuple[str, str], dict[int, float]]
"""(service, metric) → second → value."""

FOR_S = 5
P95 = "http_server_duration_ms_p95"
ERROR_RATIO_MAX = 0.05
REQUESTS_MIN = 5.0
P95_MS_MAX = {
    "frontend": 800.0,
    "checkout": 800.0,
    "payment": 650.0,
    "catalog": 120.0,
    "recommend": 150.0,
    "inventory": 200.0,
}


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that fired. `time` in epoch seconds; `observed` and `threshold` in the metric's unit."""

    time: float
    service: str
    metric: str
    observed: float
    threshold: float
    for_s: int = FOR_S

    @property
    def title(self) -> str:
        """What the page says."""
        if self.metric == "error_ratio":
            limit = f"above {self.threshold:.0%} for {self.for_s} s"
            return f"{self.service}: {self.observed:.0%} of requests fail ({limit})"
        if self.metric == P95:
            limit = f"above {self.threshold:.0f} ms for {self.for_s} s"
            return f"{self.service}: p95 latency {self.observed:.0f} ms ({limit})"
        limit = f"above {self.threshold:g} for {self.for_s} s"
        return f"{self.service}: {self.metric} is {self.observed:.2f} ({limit})"


def first_of(page: Page, samples: Samples, start: float, end: float) -> Alert | None:
    """Return when a rule of its own fires first at or after `start`, None where it does not until `end`."""
    series = samples.get((page.service, page.metric), {})
    for second in range(int(start), int(end) + 1):
        recent = _last(series, second, page.for_s)
        if second in series and min(recent) > page.above:
            return Alert(float(second), page.service, page.metric, recent[-1], page.above, page.for_s)
    return None


def first_alert(samples: Samples, start: float, end: float, every_s: int = 1) -> Alert | None:
    """Return the first rule that fires at or after `start`, None where none does until `end`.

    Samples are `every_s` seconds apart.
    """
    for second in range(int(start), int(end) + 1):
        firing = [
            alert
            for service in P95_MS_MAX
            for alert in (_slow(samples, service, second, every_s), _failing(samples, service, second, every_s))
            if alert
        ]
        if firing:
            return max(firing, key=lambda alert: alert.observed / alert.threshold)
    return None


def _slow(samples: Samples, service: str, second: int, every_s: int) -> Alert | None:
    recent = _last(samples.get((service, P95), {}), second)
    if len(recent) < (FOR_S - 1) / every_s:
        return None
    middle, slo_ms = statistics.median_low(recent), P95_MS_MAX[service]
    return Alert(float(second), service, P95, middle, slo_ms) if middle > slo_ms else None


def _failing(samples: Samples, service: str, second: int, every_s: int) -> Alert | None:
    requests = _last(samples.get((service, "http_server_requests_per_s"), {}), second)
    errors = _last(samples.get((service, "http_server_errors_per_s"), {}), second)
    if sum(requests) * every_s < REQUESTS_MIN:
        return None
    ratio = min(1.0, sum(errors) / sum(requests))
    seconds_with_errors = sum(1 for error in errors if error)
    if ratio <= ERROR_RATIO_MAX or seconds_with_errors < (FOR_S - 2) / every_s:
        return None
    return Alert(float(second), service, "error_ratio", ratio, ERROR_RATIO_MAX)


def _last(series: dict[int, float], second: int, for_s: int = FOR_S) -> list[float]:
    return [series[at] for at in range(second - for_s + 1, second + 1) if at in series]


def index(rows: list[dict[str, object]]) -> Samples:
    """Arrange exported samples for the rules."""
    found: Samples = defaultdict(dict)
    for row in rows:
        series = found[str(row["service"]), str(row["metric"])]
        series[int(float(str(row["time"])))] = float(str(row["value"]))
    return found
