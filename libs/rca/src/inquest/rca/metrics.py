"""`find_symptoms`: which measurements left their normal level, when, and how far."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from inquest.rca.changepoint import Level, Shift, level, shift
from inquest.rca.excess import find_excess
from inquest.rca.finding import Analysis, Finding, Scalar, analysis
from inquest.rca.lexicon import words
from inquest.rca.roles import Meaning, meaning
from inquest.rca.silence import find_silence
from inquest.rca.tables import Floats, Series, Target, Window
from inquest.rca.wording import clock, number

EFFECT_MIN = 2.5
BASELINE_SAMPLES_MIN = 4
_COUNTED = frozenset({"errors", "saturation", "traffic", "work", "other"})
_PERCENTS = frozenset({"%", "percent", "pct"})
_SHARES = frozenset({"ratio", "utilization", "utilisation"})


@dataclass(slots=True)
class _Losses:
    """Counts of what could not be used, said once each."""

    empty: int = 0
    no_baseline: int = 0
    constant: int = 0
    not_finite: int = 0
    few: int = 0

    def sentences(self) -> Iterable[str]:
        if self.empty:
            yield f"{self.empty} series have no sample in the window."
        if self.no_baseline:
            yield (f"{self.no_baseline} series have no baseline; the first third of the window stands in.")
        if self.constant:
            yield f"{self.constant} series never moved."
        if self.not_finite:
            yield f"{self.not_finite} samples are not finite and were left out."
        if self.few:
            yield f"{self.few} series have fewer than {BASELINE_SAMPLES_MIN} samples to compare with."


def find_symptoms(
    series: Sequence[Series],
    *,
    window: Window,
    baseline: Window | None = None,
    target: Target | None = None,
) -> Analysis:
    """Series that left their normal level inside `window`, strongest first.

    Linear in the number of samples. Without a baseline the first third of the window stands in.
    """
    losses = _Losses()
    shown = target or Target()
    violated = next((s for s in series if s.entity == shown.entity and s.metric == shown.metric), None)
    found = [finding for one in series if (finding := _examine(one, window, baseline, violated, losses)) is not None]
    found.extend(find_excess(series, window, baseline, shown))
    found.extend(find_silence(series, window, baseline))
    if baseline is None and series:
        losses.no_baseline = len(series)
    return analysis(found, losses.sentences(), (one.entity for one in series if one.times.size))


def _examine(
    one: Series, window: Window, baseline: Window | None, violated: Series | None, losses: _Losses
) -> Finding | None:
    # Beyond this squares overflow, and no measurement means it.
    finite = np.isfinite(one.times) & (np.abs(one.values) < 1e150)
    losses.not_finite += int(finite.size - np.count_nonzero(finite))
    order = np.argsort(one.times[finite], kind="stable")
    times, values = one.times[finite][order], one.values[finite][order]
    inside = window.covers(times)
    times_in, values_in = times[inside], values[inside]
    if values_in.size == 0:
        losses.empty += 1
        return None
    before = values[baseline.covers(times)] if baseline is not None else np.empty(0)
    appeared = baseline is not None and before.size == 0
    if baseline is None:
        third = max(1, values_in.size // 3)
        before = values_in[:third]
    if 0 < before.size < BASELINE_SAMPLES_MIN:
        losses.few += 1
    if before.size and float(np.ptp(values)) == 0.0:
        losses.constant += 1
        return None
    what = meaning(one.metric)
    normal = _normal(before, values_in, what)
    moved = shift(values_in, normal)
    if moved is None or not _beyond_chance(moved, values_in.size):
        return None
    return _finding(one, window, times_in, values_in, moved, normal, what, violated, appeared)


def _beyond_chance(moved: Shift, size: int) -> bool:
    """Whether the stretch is more than the largest of `size` normal samples would be by chance."""
    stretch = moved.last - moved.first + 1
    return moved.effect >= EFFECT_MIN and moved.effect * math.sqrt(stretch) >= 1.0 + math.sqrt(2 * math.log(size + 1))


def _normal(before: Floats, inside: Floats, what: Meaning) -> Level:
    """The normal level; a ratio of errors has an absolute floor, and a new series starts at zero."""
    absolute = 0.005 if what.role == "errors" else 1e-6
    if before.size == 0:
        return Level(0.0, 1.0, 1.0, 0)
    if what.role in _COUNTED and not np.any(before % 1.0) and not np.any(inside % 1.0):
        # Whole numbers count things, and a count of n varies by its root: one more than none is no news.
        absolute = max(absolute, math.sqrt(max(float(np.median(before)), 1.0)))
    return level(before, absolute_floor=absolute)


def _finding(
    one: Series,
    window: Window,
    times: Floats,
    values: Floats,
    moved: Shift,
    normal: Level,
    what: Meaning,
    violated: Series | None,
    appeared: bool,
) -> Finding:
    onset = float(times[moved.first])
    bad = what.bad_up is not None and what.bad_up == moved.rising
    samples = moved.last - moved.first + 1
    # A short baseline or a single sample is weaker proof than its distance says.
    trust = min(1.0, (normal.samples + 1) / 10) ** 0.5 * (1.0 if samples > 1 else 0.8)
    strength = trust * moved.effect / (moved.effect + 5.0) * _fullness(one, what, moved)
    features: dict[str, Scalar] = {
        "detector": "metric",
        "metric": one.metric,
        "role": what.role,
        "resource": what.resource,
        "bad": bad,
        "rising": moved.rising,
        "before": moved.before,
        "after": moved.after,
        "effect": round(moved.effect, 3),
        "samples": float(samples),
        "ends_at": float(times[moved.last]),
        "persists": moved.last == values.size - 1,
        "shape": _shape(times, values, moved),
        "appeared": appeared,
        "is_target": violated is one,
        "correlation": _correlation(times, values, violated, one),
    }
    verb = "rose" if moved.rising else "fell"
    ratio = _times(moved)
    statement = (
        f"{one.entity} {one.metric} {verb} from {number(moved.before)} to {number(moved.after)}"
        f"{ratio} at {clock(onset)}, {number(moved.effect)} spreads from its normal level."
    )
    query = f"{one.metric} of {one.entity} against the median and spread of its baseline"
    return Finding("metric", one.entity, statement, window, onset, strength, features, query)


def _fullness(one: Series, what: Meaning, moved: Shift) -> float:
    """How near a share of a resource is to all of it: 3 % of a processor hurts nobody, however new."""
    named = {*words(one.metric), *one.metric}
    if what.role != "saturation" or not named & (_PERCENTS | _SHARES):
        return 1.0
    top = float(np.nanmax(one.values))
    whole = 100.0 if named & _PERCENTS or top > 1.5 else 1.0
    return min(1.0, max(0.1, moved.after / whole / 0.6)) if top <= 1.5 * whole else 1.0


def _times(moved: Shift) -> str:
    if moved.before <= 0 or moved.after <= 0:
        return ""
    return f" (×{number(moved.after / moved.before)})"  # noqa: RUF001 - a factor is written with its sign


def _shape(times: Floats, values: Floats, moved: Shift) -> str:
    """spike: one sample that recovers; ramp: grows through the stretch; level otherwise."""
    stretch = values[moved.first : moved.last + 1]
    if stretch.size == 1:
        return "level" if moved.last == values.size - 1 else "spike"
    if stretch.size < 4:
        return "level"
    if float(np.ptp(stretch)) == 0.0:
        return "level"
    trend = float(np.corrcoef(times[moved.first : moved.last + 1], stretch)[0, 1])
    return "ramp" if abs(trend) > 0.85 else "level"


def _correlation(times: Floats, values: Floats, violated: Series | None, one: Series) -> float:
    """Correlation with the violated target over the samples that both have in the window."""
    if violated is None or violated is one:
        return 0.0
    shared, mine, theirs = np.intersect1d(times, violated.times, return_indices=True)
    other = violated.values[theirs]
    usable = np.isfinite(other)
    if np.count_nonzero(usable) < 4 or shared.size < 4:
        return 0.0
    a, b = values[mine][usable], other[usable]
    if float(np.ptp(a)) == 0.0 or float(np.ptp(b)) == 0.0:
        return 0.0
    return round(float(np.corrcoef(a, b)[0, 1]), 3)
