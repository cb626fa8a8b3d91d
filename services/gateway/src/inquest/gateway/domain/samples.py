"""Fewer samples of a time series that tell the same story: ends, peaks, dips and gaps stay."""

import numpy as np
from numpy.typing import NDArray

from inquest.contracts.latest import SeriesData

SAMPLES_MAX = 5_000  # of one series; one with more is thinned to no more
SPIKE_DEVIATIONS = 6.0  # from the median, in scaled median deviations: a sample beyond stays
_BUCKETS = 800  # of each at most four samples stay: first of a stretch without value, lowest, highest, last
_SPIKES = 900
_GAPS = 400
_GAP_STEPS = 3.0  # a wait of so many usual steps is a gap, and its two ends stay
_TO_SIGMA = 1.4826  # scales the median deviation to the standard deviation of a normal distribution


def thinned(series: SeriesData) -> SeriesData:
    """Return the series with `SAMPLES_MAX` samples at most, all of them as they were read, and how many there were.

    First, last, highest and lowest stay. So does every sample further from the median than `SPIKE_DEVIATIONS` scaled
    median deviations, or, where there are more than 900 of these, the 900 furthest.
    """
    count = len(series.times)
    if count <= SAMPLES_MAX or count != len(series.values):
        return series
    values = np.array(series.values, dtype=np.float64)  # None becomes NaN
    finite = np.isfinite(values)
    keep = np.zeros(count, dtype=bool)
    keep[[0, count - 1]] = True
    keep[_extremes(values, finite)] = True
    keep[_spikes(values, finite)] = True
    keep[_gap_ends(np.array(series.times, dtype=np.float64))] = True
    rows = np.flatnonzero(keep).tolist()
    kept = {"times": [series.times[row] for row in rows], "values": [series.values[row] for row in rows]}
    return series.model_copy(update={**kept, "reduced_from": series.reduced_from or count})


def _extremes(values: NDArray[np.float64], finite: NDArray[np.bool_]) -> list[int]:
    """Rows of the lowest, the highest, the last and the first missing sample of each bucket."""
    found: set[int] = set()
    for rows in np.array_split(np.arange(len(values)), _BUCKETS):
        there = rows[finite[rows]]
        if len(there):
            part = values[there]
            found |= {int(there[part.argmin()]), int(there[part.argmax()]), int(there[-1])}
        if len(there) < len(rows):
            found.add(int(rows[~finite[rows]][0]))
    return sorted(found)


def _spikes(values: NDArray[np.float64], finite: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows of the samples that are far from what is usual, the furthest first where there are too many."""
    if not finite.any():
        return np.empty(0, dtype=np.int64)
    middle = np.median(values[finite])
    away = np.where(finite, np.abs(values - middle), 0.0)
    usual = _TO_SIGMA * np.median(away[finite])
    far = np.flatnonzero(away > SPIKE_DEVIATIONS * usual)
    return far[np.argsort(-away[far], kind="stable")][:_SPIKES].astype(np.int64)


def _gap_ends(times: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows before and after the longest waits between samples."""
    steps = np.diff(times)
    long = np.flatnonzero(steps > _GAP_STEPS * np.median(steps))
    long = long[np.argsort(-steps[long], kind="stable")][: _GAPS // 2]
    return np.concatenate([long, long + 1]).astype(np.int64)
