"""From scores to a probability, and from a probability and rules to a band."""

import math
from collections.abc import Sequence

from inquest.rca.candidates import Incident
from inquest.rca.cause import Band, Cause
from inquest.rca.finding import Sight

# Logistic calibration; docs/how-inquest-decides.md says how the numbers were found.
BIAS = 0.2
LEAD = 0.8
LEAD_MAX = 4.0

_LEVELS = (("proven", 0.9), ("likely", 0.65), ("possible", 0.3))
_BANDS: tuple[Band, ...] = ("undetermined", "possible", "likely", "proven")


def confidences(causes: Sequence[Cause], incident: Incident) -> list[float]:
    """For each cause the calibrated probability that it is the true one."""
    del incident
    best, second = causes[0].score, causes[1].score if len(causes) > 1 else causes[0].score - LEAD_MAX
    return [
        _logistic(BIAS + LEAD * max(-LEAD_MAX, min(LEAD_MAX, cause.score - (second if place == 0 else best))))
        for place, cause in enumerate(causes)
    ]


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def band(confidence: float, *, precedes: bool, sources: int, coverage: Sequence[Sight]) -> tuple[Band, tuple[str, ...]]:
    """The band, and the rules that lowered it, each in a sentence."""
    caps = []
    level = next((3 - place for place, (_, least) in enumerate(_LEVELS) if confidence >= least), 0)
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
    return _BANDS[level], tuple(caps)
