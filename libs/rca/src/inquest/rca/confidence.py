"""From scores to a probability, and from a probability and rules to a band."""

import math
from collections.abc import Sequence

from inquest.rca.cause import Band
from inquest.rca.finding import Sight

# Logistic calibration over the lead of the first cause; see docs/how-inquest-decides.md.
BIAS = 0.2
LEAD = 0.8


def probability(scores: Sequence[float], place: int) -> float:
    """Calibrated probability that the cause at `place` is the true one."""
    lead = scores[place] - max((s for i, s in enumerate(scores) if i != place), default=scores[place] - 3.0)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, BIAS + LEAD * lead))))


def band(confidence: float, *, precedes: bool, sources: int, coverage: Sequence[Sight]) -> tuple[Band, tuple[str, ...]]:
    """The band, and the rules that lowered it, each in a sentence."""
    caps = []
    level = 3 if confidence >= 0.9 else 2 if confidence >= 0.65 else 1 if confidence >= 0.3 else 0
    if level > 1 and not precedes:
        level = 1
        caps.append("No higher than possible: the cause is not seen to begin before the symptoms.")
    if level > 1 and sources < 2:
        level = 1
        caps.append("No higher than possible: no independent source agrees.")
    for sight in coverage:
        if sight.status in {"failed", "skipped"} and level > 2:
            level = 2
            why = f" ({sight.reason})" if sight.reason else ""
            caps.append(f"No higher than likely: {sight.capability} was {sight.status}{why}.")
    bands: tuple[Band, ...] = ("undetermined", "possible", "likely", "proven")
    return bands[level], tuple(caps)
