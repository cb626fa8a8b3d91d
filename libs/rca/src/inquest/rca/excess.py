"""How much of the violated objective each entity accounts for: added time, or failed calls.

A slow callee must have added at least as much time as its callers lost; a failing one must have failed
about as often. So the excess over normal is multiplied by the calls, in the abnormal stretch of the
target, and compared with the target's own. Subtracting what callees account for is left to ranking,
which knows the graph.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inquest.rca.changepoint import level, shift
from inquest.rca.finding import Finding, Scalar
from inquest.rca.lexicon import words
from inquest.rca.roles import meaning
from inquest.rca.tables import Bools, Floats, Series, Target, Window
from inquest.rca.wording import number

SHARED_MIN = 3
# The page is about latency or about failures: what accounts for the other one is a hint at best.
OTHER_FAMILY = 0.25
# Without calls, excess can be compared but not added up.
UNWEIGHTED = 0.5
_CALLS = frozenset({"requests", "request", "calls", "throughput", "rps", "qps", "workload", "ops", "hits"})
_FAMILIES = {"latency": "latency", "errors": "failure", "success": "failure"}


@dataclass(frozen=True, slots=True)
class _Excess:
    """One entity's excess over its normal level in the target's abnormal samples."""

    entity: str
    mass: float
    onset: float
    before: float
    after: float
    effect: float


def find_excess(series: Sequence[Series], window: Window, baseline: Window | None, target: Target) -> list[Finding]:
    """Findings on metrics that several entities share, for each family: added time and failures."""
    if baseline is None or target.entity is None:
        return []
    by_metric: defaultdict[str, dict[str, Series]] = defaultdict(dict)
    for one in series:
        by_metric[one.metric][one.entity] = one
    calls = _calls(by_metric)
    found: list[Finding] = []
    for family in ("latency", "failure"):
        metric = _metric(by_metric, family, target)
        if metric is not None:
            asked = _FAMILIES.get(meaning(target.metric).role) if target.metric else None
            relevance = 1.0 if asked in {None, family} else OTHER_FAMILY
            found.extend(_family(by_metric[metric], metric, calls, window, baseline, target, relevance))
    return found


def _calls(by_metric: Mapping[str, Mapping[str, Series]]) -> Mapping[str, Series]:
    """The traffic metric that most entities have."""
    known = [name for name in by_metric if meaning(name).role == "traffic" and _CALLS & set(words(name))]
    best = max(known, key=lambda name: (len(by_metric[name]), name), default=None)
    return by_metric[best] if best is not None else {}


def _metric(by_metric: Mapping[str, Mapping[str, Series]], family: str, target: Target) -> str | None:
    """The target's own metric when it is of this family and shared, else the most shared one."""
    known = [
        name
        for name, entities in by_metric.items()
        if _FAMILIES.get(meaning(name).role) == family and len(entities) >= SHARED_MIN and target.entity in entities
    ]
    if target.metric in known:
        return target.metric
    # Means add up along a call path, high percentiles do not: prefer the mean where there is one.
    return max(
        known,
        key=lambda name: (bool({"average", "avg", "mean"} & set(words(name))), len(by_metric[name]), name),
        default=None,
    )


def _family(
    entities: Mapping[str, Series],
    metric: str,
    calls: Mapping[str, Series],
    window: Window,
    baseline: Window,
    target: Target,
    relevance: float,
) -> list[Finding]:
    role = meaning(metric).role
    scale = _scale(entities) if role == "success" else 1.0
    moments = _moments(entities, role, scale, window, baseline, target)
    if moments is None:
        return []
    measured = [
        one
        for entity, series in entities.items()
        if (one := _measure(entity, series, calls.get(entity), role, scale, moments, window, baseline))
    ]
    whole = next((one.mass for one in measured if one.entity == target.entity), 0.0)
    if whole <= 0:
        return []
    return [
        _finding(one, metric, role, whole, window, relevance * (1.0 if calls else UNWEIGHTED))
        for one in measured
        if one.mass > 0
    ]


def _scale(entities: Mapping[str, Series]) -> float:
    """100 for percentages, 1 for shares."""
    top = max((float(np.nanmax(one.values)) for one in entities.values() if one.values.size), default=1.0)
    return 100.0 if top > 1.5 else 1.0


def _badness(values: Floats, role: str, scale: float) -> Floats:
    return 1.0 - values / scale if role == "success" else values


def _moments(
    entities: Mapping[str, Series],
    role: str,
    scale: float,
    window: Window,
    baseline: Window,
    target: Target,
) -> Floats | None:
    """Sample times at which the target was abnormal."""
    violated = entities.get(target.entity or "")
    if violated is None:
        return None
    times, values, before = _split(violated, role, scale, window, baseline)
    if not before.size or not values.size:
        return None
    normal = level(before, absolute_floor=0.002 if role != "latency" else 1e-6)
    moved = shift(values, normal)
    if moved is not None and moved.rising:
        return times[moved.first : moved.last + 1]
    scores = (values - normal.middle) / normal.spread_up
    top = float(scores.max())
    # A page on a faint violation is still a page: then its worst samples are the moments to explain.
    return times[scores > 0.5 * top] if top > 0 else None


def _split(one: Series, role: str, scale: float, window: Window, baseline: Window) -> tuple[Floats, Floats, Floats]:
    good: Bools = np.abs(one.values) < 1e150
    inside, before = window.covers(one.times) & good, baseline.covers(one.times) & good
    values = _badness(one.values, role, scale)
    return one.times[inside], values[inside], values[before]


def _measure(
    entity: str,
    one: Series,
    calls: Series | None,
    role: str,
    scale: float,
    moments: Floats,
    window: Window,
    baseline: Window,
) -> _Excess | None:
    times, values, before = _split(one, role, scale, window, baseline)
    at = np.isin(times, moments)
    if not before.size or not np.any(at):
        return None
    normal = level(before, absolute_floor=0.002 if role != "latency" else 1e-6)
    over = np.maximum(values[at] - normal.middle, 0.0)
    weight = np.ones(over.size)
    if calls is not None and calls.times.size:
        order = np.argsort(calls.times)
        weight = np.nan_to_num(np.interp(times[at], calls.times[order], calls.values[order]))
    effect = float(np.max(values[at] - normal.middle)) / normal.spread_up
    mass = float(np.sum(over * weight))
    return _Excess(
        entity, mass, float(times[at][np.argmax(over > 0)]), normal.middle, float(np.max(values[at])), effect
    )


def _finding(one: _Excess, metric: str, role: str, whole: float, window: Window, trust: float) -> Finding:
    share = one.mass / whole
    what = "added time" if role == "latency" else "failures"
    statement = (
        f"{one.entity} shows {number(100 * share)} % of the target's {what} by {metric}: up to {number(one.after)} "
        f"where {number(one.before)} is normal."
    )
    features: dict[str, Scalar] = {
        "detector": "excess",
        "metric": metric,
        "role": role,
        "mass": one.mass,
        "share": round(share, 4),
        "before": one.before,
        "after": one.after,
        "effect": round(one.effect, 3),
        "trust": trust,
        "bad": True,
    }
    effect = max(0.0, one.effect)
    strength = trust * min(1.0, share) * effect / (effect + 3.0)
    query = f"{metric} above normal times calls, in the samples at which the target was abnormal"
    return Finding("metric", one.entity, statement, window, one.onset, strength, features, query)
