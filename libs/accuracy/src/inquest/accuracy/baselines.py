"""Published and folk methods to be measured against, on the same tables. None has a tuned number.

The three scorers rank entities by one number and say nothing about changes; all have the confidence 0.
"""

from collections.abc import Callable, Mapping
from math import sqrt

import numpy as np

from inquest.accuracy.answer import NO_CHANGE, Answer, Candidate
from inquest.rca.engine import Telemetry
from inquest.rca.tables import Floats, Series, Target, Window

POINTS_MIN = 3
ABNORMAL = 5.0
MAD_TO_SIGMA = 1.4826
R_ROUNDING = 1e-12
SHIPPED = frozenset({"deploy", "commit"})

Scorer = Callable[[Floats, Floats], float]


def n_sigma(telemetry: Telemetry, target: Target) -> Answer:
    """Rank entities by the largest |z| of any of their metrics in the window, z against the baseline.

    The baseline of CIRCA (Li et al., KDD 2022) and RCAEval (Pham et al., arXiv 2412.17015).
    """
    del target
    return _scored(
        telemetry, lambda before, during: float(np.max(np.abs(during - before.mean()) / _or_one(before.std())))
    )


def median_iqr(telemetry: Telemetry, target: Target) -> Answer:
    """Rank entities by the largest excess over the median in units of the interquartile range.

    The RobustScorer of BARO (Pham, Ha and Zhang, FSE 2024, arXiv 2405.09330), the window given and not detected.
    """
    del target
    return _scored(telemetry, _robust)


def _robust(before: Floats, during: Floats) -> float:
    low, median, high = np.percentile(before, (25, 50, 75))
    return float(np.max((during - median) / _or_one(high - low)))


def correlation(telemetry: Telemetry, target: Target) -> Answer:
    """Rank entities by how surely their metric moves with the one that the page names, inside the window.

    Ranked correlation of PetShop (Hardt et al., CLeaR 2024, arXiv 2311.04806): Pearson's r by its significance, among
    the entities that have the same metric (any metric, where no other entity has it) and are abnormal in it: five
    scaled median deviations from the baseline. The target itself comes last; without a target there is no answer.
    """
    reference = _target_series(telemetry, target)
    if reference is None:
        return _ranked({})
    others = [one for one in telemetry.series if one.entity != reference.entity]
    alike = [one for one in others if one.metric == reference.metric] or others
    scores = {reference.entity: -1.0}
    for one in alike:
        if _abnormal(one, telemetry):
            value = _significance(one, reference, telemetry.window)
            scores[one.entity] = max(value, scores.get(one.entity, 0.0))
    return _ranked(scores)


def latest_deploy(telemetry: Telemetry, target: Target) -> Answer:
    """Blame the change that went out last before the page: the reflex. A commit is where its ref was deployed."""
    until = telemetry.window.end if target.fired_at is None else target.fired_at
    shipped = [one for one in telemetry.changes if one.kind in SHIPPED and one.time <= until]
    entity_of = {one.ref: one.entity for one in shipped if one.entity is not None}
    latest = dict.fromkeys(one.ref for one in sorted(shipped, key=lambda one: -one.time))
    return Answer(tuple(Candidate(entity_of.get(ref, "unknown"), ref, 0.0) for ref in latest))


METHODS: Mapping[str, Callable[[Telemetry, Target], Answer]] = {
    "n-sigma": n_sigma,
    "median-iqr": median_iqr,
    "correlation": correlation,
    "latest-deploy": latest_deploy,
}


def _scored(telemetry: Telemetry, score: Scorer) -> Answer:
    scores: dict[str, float] = {}
    for one in telemetry.series:
        before, during = _split(one, telemetry)
        if before.size and during.size:
            scores[one.entity] = max(score(before, during), scores.get(one.entity, -np.inf))
    return _ranked(scores)


def _split(one: Series, telemetry: Telemetry) -> tuple[Floats, Floats]:
    """Return the finite values of baseline and window."""
    finite = np.isfinite(one.values)
    before = telemetry.baseline.covers(one.times) & finite if telemetry.baseline else np.zeros_like(finite)
    return one.values[before], one.values[telemetry.window.covers(one.times) & finite]


def _ranked(scores: Mapping[str, float]) -> Answer:
    best = sorted(scores, key=lambda entity: (-scores[entity], entity))
    return Answer(tuple(Candidate(entity, NO_CHANGE, 0.0) for entity in best), names_changes=False)


def _or_one(scale: float) -> float:
    """Return the scale; a constant is taken as it is, as scikit-learn's scalers do."""
    return scale if scale > 0 else 1.0


def _target_series(telemetry: Telemetry, target: Target) -> Series | None:
    """Return what the page is about: the very metric, else its average, else the shortest name that holds it."""
    if target.entity is None or target.metric is None:
        return None
    wanted = target.metric.casefold()
    own = [one for one in telemetry.series if one.entity == target.entity and wanted in one.metric.casefold()]
    return min(own, key=lambda one: ("average" not in one.metric.casefold(), len(one.metric), one.metric), default=None)


def _abnormal(one: Series, telemetry: Telemetry) -> bool:
    before, during = _split(one, telemetry)
    if not (before.size and during.size):
        return False
    middle = np.median(before)
    deviation = np.median(np.abs(before - middle)) * MAD_TO_SIGMA
    return bool(np.max(np.abs(during - middle)) > ABNORMAL * deviation)


def _significance(one: Series, reference: Series, window: Window) -> float:
    """Return |t| of the correlation; 0 where there are too few common samples or one of the two is constant."""
    _, ours, theirs = np.intersect1d(one.times, reference.times, return_indices=True)
    inside = window.covers(one.times[ours])
    left, right = one.values[ours][inside], reference.values[theirs][inside]
    if left.size < POINTS_MIN or left.std() == 0 or right.std() == 0:
        return 0.0
    r = float(np.corrcoef(left, right)[0, 1])
    return abs(r) * sqrt((left.size - 2) / max(1 - r * r, R_ROUNDING))
