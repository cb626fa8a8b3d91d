"""Published and folk methods to be measured against, on the same tables. None has a tuned number.

The three scorers rank entities by one number and say nothing about changes; all have the confidence 0.
"""

from collections.abc import Callable, Mapping

import numpy as np

from inquest.accuracy.answer import Answer, Candidate
from inquest.rca.engine import Telemetry
from inquest.rca.tables import Floats, Series, Target

POINTS_MIN = 3
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
    """Rank entities by the largest |Pearson r| of a metric of theirs with the metric that the page names.

    Ranked correlation of PetShop (Hardt et al., CLeaR 2024, arXiv 2311.04806), over baseline and window together.
    The target itself comes last; without a target there is no answer.
    """
    reference = _target_series(telemetry, target)
    if reference is None:
        return Answer()
    scores: dict[str, float] = {}
    for one in telemetry.series:
        value = -1.0 if one.entity == target.entity else _correlated(one, reference)
        scores[one.entity] = max(value, scores.get(one.entity, -1.0))
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
    for one in telemetry.series if telemetry.baseline is not None else ():
        assert telemetry.baseline is not None
        before = one.values[telemetry.baseline.covers(one.times)]
        during = one.values[telemetry.window.covers(one.times)]
        if before.size and during.size:
            scores[one.entity] = max(score(before, during), scores.get(one.entity, -np.inf))
    return _ranked(scores)


def _ranked(scores: Mapping[str, float]) -> Answer:
    best = sorted(scores, key=lambda entity: (-scores[entity], entity))
    return Answer(tuple(Candidate(entity, "", 0.0) for entity in best))


def _or_one(scale: float) -> float:
    """Return the scale; a constant is taken as it is, as scikit-learn's scalers do."""
    return scale if scale > 0 else 1.0


def _target_series(telemetry: Telemetry, target: Target) -> Series | None:
    if target.entity is None or target.metric is None:
        return None
    wanted = target.metric.casefold()
    own = [one for one in telemetry.series if one.entity == target.entity and wanted in one.metric.casefold()]
    return min(own, key=lambda one: (len(one.metric), one.metric), default=None)


def _correlated(one: Series, reference: Series) -> float:
    _, ours, theirs = np.intersect1d(one.times, reference.times, return_indices=True)
    left, right = one.values[ours], reference.values[theirs]
    if left.size < POINTS_MIN or left.std() == 0 or right.std() == 0:
        return 0.0
    return float(abs(np.corrcoef(left, right)[0, 1]))
