"""Proportions with intervals, and how well a confidence tells right from wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]

Z_95 = 1.959964
RESAMPLES = 2000
SEED = 20_240_601
BINS = 10


def wilson(hits: int, cases: int) -> Interval:
    """Return the 95 % score interval of a proportion (Wilson 1927) of one case or more."""
    share = hits / cases
    scale = 1 + Z_95**2 / cases
    centre = (share + Z_95**2 / (2 * cases)) / scale
    half = Z_95 * sqrt(share * (1 - share) / cases + Z_95**2 / (4 * cases**2)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap(columns: Sequence[Floats], figure: Callable[..., float]) -> Interval:
    """Return the 95 % percentile interval of a figure over one case or more, drawn with replacement (Efron 1979).

    `columns` hold one number per case and are given to `figure` as arrays; the seed is fixed.
    """
    table = np.stack(columns)
    cases = table.shape[1]
    draws = np.random.default_rng(SEED).integers(0, cases, (RESAMPLES, cases))
    low, high = np.percentile([figure(*table[:, draw]) for draw in draws], (2.5, 97.5))
    return float(low), float(high)


def brier(confidence: Floats, right: Floats) -> float:
    """Return the mean squared difference of confidence and outcome (Brier 1950); 0 is perfect."""
    return float(np.mean((confidence - right) ** 2))


def brier_skill(confidence: Floats, right: Floats) -> float | None:
    """Return 1 - Brier / Brier of always saying the base rate of these cases; None where all or none are right."""
    rate = float(np.mean(right))
    return None if rate in {0.0, 1.0} else 1 - brier(confidence, right) / (rate * (1 - rate))


def auroc(confidence: Floats, right: Floats) -> float | None:
    """Return the chance that a right answer has the higher confidence, ties half; None where all or none are right.

    The Mann-Whitney statistic over the number of pairs (Hanley and McNeil 1982).
    """
    good, bad = confidence[right == 1], confidence[right == 0]
    if not (good.size and bad.size):
        return None
    above = (good[:, None] > bad[None, :]).sum() + 0.5 * (good[:, None] == bad[None, :]).sum()
    return float(above / (good.size * bad.size))


@dataclass(frozen=True, slots=True)
class Bin:
    """One row of a reliability curve; `confidence` and `right` are means over its cases, 0 without any."""

    low: float
    high: float
    cases: int
    confidence: float
    right: float


def reliability(confidence: Floats, right: Floats) -> list[Bin]:
    """Return ten bins of equal width over 0 to 1; 1 belongs to the last."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows = []
    for number in range(BINS):
        inside = place == number
        mean = (float(confidence[inside].mean()), float(right[inside].mean())) if inside.any() else (0.0, 0.0)
        rows.append(Bin(number / BINS, (number + 1) / BINS, int(inside.sum()), *mean))
    return rows


def ece(confidence: Floats, right: Floats) -> float:
    """Return the expected calibration error over the bins, weighted by cases (Naeini et al. 2015)."""
    rows = reliability(confidence, right)
    return float(sum(row.cases * abs(row.confidence - row.right) for row in rows) / confidence.size)


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided p of so uneven a split of paired differences, were both equally likely."""
    pairs = wins + losses
    tail = sum(comb(pairs, count) for count in range(min(wins, losses) + 1))
    return min(1.0, 2.0 * tail / (1 << pairs))
