"""From scores to a probability, and from a probability and rules to a band."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inquest.rca.cause import Band, Cause
from inquest.rca.finding import Sight
from inquest.rca.symptoms import Trouble
from inquest.rca.tables import Target


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether the evidence can tell at all, times the share among the candidates.

    The first is logistic in the best single piece of evidence and in how plainly the page's complaint shows;
    `sharpness` turns a lead in log-odds into the second. docs/how-inquest-decides.md says on what it was fitted.
    """

    bias: float = -6.0
    best: float = 2.8
    shown: float = 3.0
    sharpness: float = 4.0


FITTED = Calibration()
METRICS = "collect-symptoms"  # the capability that measures
# No score makes it certain: the fit has seen too few cases to tell 97 % from more.
CERTAIN = 0.97
# How plainly the complaint shows where nobody measures the one that the page names.
UNMEASURED = 0.9
# Below, the paged entity's own measurements contradict the page.
SHOWN_MIN = 0.3
# Odds of 4 to 1: below, a rival is too close to speak of proof.
LEAD_MIN = 1.4

_LEVELS = (("proven", 0.92), ("likely", 0.7), ("possible", 0.35))
_BANDS: tuple[Band, ...] = ("undetermined", "possible", "likely", "proven")
# Terms about a cause's place among others; they are no evidence of trouble.
_PLACE = frozenset({"target", "onset", "explains"})


def confidences(causes: Sequence[Cause], shown: float) -> list[float]:
    """For each of the causes, best first, the calibrated probability that it is the true one; at most 1 together."""
    return probabilities([cause.score for cause in causes], strongest(causes[0]), shown)


def complaint_shown(target: Target, found: Mapping[str, Trouble], coverage: Sequence[Sight]) -> float:
    """How plainly (0 to 1) the measurements of the paged entity show trouble; `UNMEASURED` where it has none."""
    measured = {entity for sight in coverage if sight.capability == METRICS for entity in sight.entities}
    if target.entity is None or target.entity not in measured:
        return UNMEASURED
    return found[target.entity].strength("spread") if target.entity in found else 0.0


def strongest(cause: Cause) -> float:
    """The log-odds of the best single piece of evidence for a cause, 0 without any."""
    return max((term.log_odds for term in cause.contributions if term.name not in _PLACE), default=0.0)


def probabilities(
    scores: Sequence[float], best: float, shown: float = UNMEASURED, calibration: Calibration = FITTED
) -> list[float]:
    """The probability of each candidate from the scores, best first, and the best piece of evidence for the first."""
    weighed = calibration.bias + calibration.best * best + calibration.shown * shown
    told = 1 / (1 + math.exp(-max(-30.0, min(30.0, weighed))))
    parts = [math.exp(max(-700.0, calibration.sharpness * (score - scores[0]))) for score in scores]
    whole = sum(parts)
    return [min(CERTAIN, told * part / whole) for part in parts]


def band(
    confidence: float,
    *,
    precedes: bool,
    sources: int,
    coverage: Sequence[Sight],
    lead: float = math.inf,
    shown: float = UNMEASURED,
) -> tuple[Band, tuple[str, ...]]:
    """The band, and the rules that lowered it, each in a sentence.

    `lead` is in log-odds, over the next candidate or over there being no cause at all.
    """
    caps = []
    level = next((3 - place for place, (_, least) in enumerate(_LEVELS) if confidence >= least), 0)
    if level > 1 and not precedes:
        level = 1
        caps.append("No higher than possible: the cause is not seen to begin before the symptoms.")
    if level > 1 and shown < SHOWN_MIN:
        level = 1
        caps.append("No higher than possible: the measurements of the paged service do not show what the page says.")
    if level > 1 and sources < 2:
        level = 1
        caps.append("No higher than possible: no independent source agrees.")
    if level > 2 and lead < LEAD_MIN:
        level = 2
        caps.append("No higher than likely: another candidate, or that nothing is wrong, is close behind.")
    for sight in coverage:
        if sight.status in {"failed", "skipped"} and level > 2:
            level = 2
            why = f" ({sight.reason})" if sight.reason else ""
            caps.append(f"No higher than likely: {sight.capability} was {sight.status}{why}.")
    return _BANDS[level], tuple(caps)
