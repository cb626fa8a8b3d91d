"""From scores to a probability, and from a probability and rules to a band."""

import math
from collections.abc import Sequence

from inquest.rca.cause import Band, Cause
from inquest.rca.finding import Sight

# Logistic calibration over two numbers: how far the first cause leads, and how strong its best single
# piece of evidence is. docs/how-inquest-decides.md says on what it was fitted.
BIAS = -2.2
LEAD = 1.1
BEST = 1.15
LEAD_MAX = 4.0
# No score makes it certain: the fit has seen too few cases to tell 97 % from more.
CERTAIN = 0.97

_LEVELS = (("proven", 0.92), ("likely", 0.7), ("possible", 0.35))
_BANDS: tuple[Band, ...] = ("undetermined", "possible", "likely", "proven")
# Terms about a cause's place among others; they are no evidence of trouble.
_PLACE = frozenset({"target", "onset", "explains"})


def confidences(causes: Sequence[Cause]) -> list[float]:
    """For each of the causes, best first, the calibrated probability that it is the true one."""
    best, second = causes[0].score, causes[1].score if len(causes) > 1 else causes[0].score - LEAD_MAX
    return [_probability(cause, cause.score - (second if place == 0 else best)) for place, cause in enumerate(causes)]


def _probability(cause: Cause, lead: float) -> float:
    strongest = max((t.log_odds for t in cause.contributions if t.name not in _PLACE), default=0.0)
    value = BIAS + LEAD * max(-LEAD_MAX, min(LEAD_MAX, lead)) + BEST * max(0.0, strongest)
    return min(CERTAIN, _logistic(value))


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
