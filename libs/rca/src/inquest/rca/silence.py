"""Entities that stopped reporting while others went on: a dead process says nothing."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from inquest.rca.finding import Finding, Scalar
from inquest.rca.tables import Series, Window
from inquest.rca.wording import clock, number

# This many of its own sampling intervals must pass before silence is more than a late sample.
INTERVALS_MIN = 5
BASELINE_SAMPLES_MIN = 5


def find_silence(series: Sequence[Series], window: Window, baseline: Window | None) -> list[Finding]:
    """One finding per entity all of whose series end well before those of the others."""
    if baseline is None:
        return []
    by_entity: defaultdict[str, list[Series]] = defaultdict(list)
    for one in series:
        if one.times.size:
            by_entity[one.entity].append(one)
    ends = {entity: max(float(np.max(s.times)) for s in own) for entity, own in by_entity.items()}
    if len(ends) < 2:
        return []
    latest = min(float(np.median(list(ends.values()))), window.end)
    found = []
    for entity, own in sorted(by_entity.items()):
        known = max(own, key=lambda s: int(np.count_nonzero(baseline.covers(s.times))))
        if np.count_nonzero(baseline.covers(known.times)) < BASELINE_SAMPLES_MIN:
            continue
        interval = float(np.median(np.diff(np.sort(known.times))))
        quiet = latest - ends[entity]
        if interval > 0 and quiet > INTERVALS_MIN * interval:
            found.append(_finding(entity, len(own), ends[entity], quiet, interval, window))
    return found


def _finding(entity: str, count: int, last: float, quiet: float, interval: float, window: Window) -> Finding:
    onset = max(last, window.start)
    statement = (
        f"{entity} sent nothing after {clock(last)}: its {count} series are silent for {number(quiet)} s, "
        f"{number(quiet / interval)} of their sampling intervals, while others go on."
    )
    features: dict[str, Scalar] = {
        "detector": "silence",
        "last_at": last,
        "quiet_s": quiet,
        "series": float(count),
        "classes": "restart",
    }
    strength = 0.95 * quiet / (quiet + INTERVALS_MIN * interval)
    return Finding(
        "metric", entity, statement, window, onset, strength, features, "last sample of every series by entity"
    )
