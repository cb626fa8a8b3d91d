"""Where a series leaves its normal level, and for how long.

The normal level is the median of the baseline; its spread is the largest of three robust estimates
(MAD, inter-quantile range, upper tail) and a floor, so that a constant series does not make every
wobble infinite. The abnormal stretch is the segment with the largest sum of excess over a drift: the
classic CUSUM (Page 1954), read off with one cumulative sum and a running minimum, in linear time.
"""

from dataclasses import dataclass

import numpy as np

from inquest.rca.tables import Floats

CLIP = 20.0
DRIFT = 2.0


@dataclass(frozen=True, slots=True)
class Level:
    """A robust normal level: spreads may differ upwards and downwards."""

    middle: float
    spread_up: float
    spread_down: float
    samples: int


@dataclass(frozen=True, slots=True)
class Shift:
    """The abnormal stretch `first..last` (inclusive) of a series."""

    first: int
    last: int
    before: float
    after: float
    effect: float
    rising: bool


def level(values: Floats, *, relative_floor: float = 0.05, absolute_floor: float = 1e-6) -> Level:
    """The normal level of `values` (finite, at least one)."""
    q05, q25, middle, q75, q95 = (float(q) for q in np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95)))
    mad = 1.4826 * float(np.median(np.abs(values - middle)))
    floor = max(relative_floor * abs(middle), absolute_floor)
    core = max(mad, (q75 - q25) / 1.349, floor)
    return Level(
        middle,
        max(core, (q95 - middle) / 1.645),
        max(core, (middle - q05) / 1.645),
        int(values.size),
    )


def shift(values: Floats, normal: Level) -> Shift | None:
    """The strongest abnormal stretch of `values`, or None when all stays within the drift."""
    deviation = values - normal.middle
    spread = np.where(deviation >= 0, normal.spread_up, normal.spread_down)
    scores = np.clip(deviation / spread, -CLIP, CLIP)
    best: tuple[float, int, int, bool] | None = None
    for rising in (True, False):
        excess = (scores if rising else -scores) - DRIFT
        total = np.concatenate(([0.0], np.cumsum(excess)))
        lowest = np.minimum.accumulate(total[:-1])
        gain = total[1:] - lowest
        last = int(np.argmax(gain))
        if gain[last] <= 0 or (best is not None and gain[last] <= best[0]):
            continue
        # The latest minimum before `last` starts the segment: nothing before it was abnormal.
        start = last - int(np.argmin(total[: last + 1][::-1]))
        best = (float(gain[last]), start, last, rising)
    if best is None:
        return None
    _, first, last, rising = best
    stretch = values[first : last + 1]
    far = np.abs(deviation[first : last + 1] / spread[first : last + 1])
    # Beyond the clip distance still counts, by its logarithm: whoever moved most is told from the rest.
    effect = float(np.mean(np.where(far > CLIP, CLIP * (1 + np.log(np.maximum(far, CLIP) / CLIP)), far)))
    return Shift(first, last, normal.middle, float(np.median(stretch)), effect, rising)
