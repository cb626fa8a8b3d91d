"""Does a change account for the symptom? The log-odds of each change against its entity alone."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from inquest.rca.cause import Term
from inquest.rca.diffs import PHRASE_WORDS_MIN
from inquest.rca.finding import Finding
from inquest.rca.lexicon import bag
from inquest.rca.mechanisms import BY_NAME
from inquest.rca.scene import Scene
from inquest.rca.weights import Weights

ONSET_SLACK_S = 90.0
# Below this the symptoms are too common to any fault to speak for or against a mechanism.
SPECIFIC_MIN = 0.4
NEUTRAL_FIT = 0.3
SWITCH_S, DEPLOY_S = 300.0, 1800.0
AT_ONCE = frozenset({"flag", "config", "scale"})
# Classes that nearly every fault shows: they speak for no mechanism in particular.
_COMMON = bag("latency timeout errors success server panic unavailable traffic slow other saturation")


def conviction(changes: Sequence[tuple[int, Finding]], now: Scene, weights: Weights) -> dict[int, list[Term]]:
    """Terms by index of the change finding; their sum is above 0 when the change explains more."""
    frequency: Counter[str] = Counter()
    for _, change in changes:
        frequency.update(set(change.text("tokens").split()))
    return {index: _terms(index, change, now, weights, frequency, len(changes)) for index, change in changes}


def _terms(
    index: int, change: Finding, now: Scene, weights: Weights, frequency: Counter[str], total: int
) -> list[Term]:
    own = (index,)
    behaviour = change.number("behaviour")
    fit, by = mechanism_fit(change, now)
    overlap, shared = _overlap(change, now, frequency, total)
    known = bool(change.text("mechanisms"))
    terms = [
        Term("change-prior", weights.change_prior, (), "most changes are innocent"),
        Term("behaviour", weights.behaviour * (2 * behaviour - 0.6), own, change.text("why")),
        Term(
            "fit",
            weights.fit * (fit - NEUTRAL_FIT) if known else 0.0,
            own,
            f"mechanism {by or 'unknown'} against the symptoms",
        ),
        Term("words", weights.words * overlap, own, f"names shared with the symptoms: {shared or 'none'}"),
    ]
    quoted = next((index for index, text in now.said if _says(change, text)), None)
    if quoted is not None:
        terms.append(Term("quoted", weights.quoted, (*own, quoted), "the symptoms say a sentence that it brought in"))
    if _confirmed(change, now):
        terms.append(Term("numbers", weights.numbers, own, "a measurement moved as the diff says"))
    if not change.features.get("live"):
        terms.append(Term("not-live", weights.not_live, own, "it was not seen to be deployed"))
    elif now.onset is not None:
        terms.append(_timing(change, now.onset, weights, own))
    terms.extend(_without(change, now, weights))
    return terms


def _without(change: Finding, now: Scene, weights: Weights) -> list[Term]:
    """The best explanation that needs no change, unless this change could have brought it about."""
    mechanisms = set(change.text("mechanisms").split()[:2])
    best = max(
        (one for one in now.operations if not mechanisms & one.excused), key=lambda one: one.strength, default=None
    )
    if best is None:
        return []
    return [
        Term("outside", weights.outside * best.strength, best.findings, f"{best.sentence}, which it cannot bring about")
    ]


def _says(change: Finding, text: str) -> bool:
    """Whether a sentence of the diff, up to its first hole, stands in a line that is new in the logs."""
    for phrase in filter(None, change.text("phrases").split("\n")):
        start = re.split(r"[%{$]", phrase, maxsplit=1)[0].strip().lower()
        if len(start.split()) >= PHRASE_WORDS_MIN and start in text:
            return True
    return False


def _timing(change: Finding, onset: float, weights: Weights, own: tuple[int, ...]) -> Term:
    delay = onset - change.number("live_at")
    # How near is near depends on how finely the incident was watched: minutes in an hour, seconds in a minute.
    switch_s = min(SWITCH_S, max(5.0, change.window.length_s / 20))
    deploy_s = min(DEPLOY_S, max(15.0, change.window.length_s / 3))
    if delay < -ONSET_SLACK_S:
        return Term("late", weights.late, own, "it went live after the onset")
    if change.text("change_kind") in AT_ONCE:
        closeness = math.exp(-max(delay, 0.0) / switch_s)
        return Term("recent", weights.at_once * closeness - weights.recent, own, "a switch acts at once: time to onset")
    closeness = math.exp(-max(delay, 0.0) / deploy_s)
    if "memory" in change.text("mechanisms").split()[:1]:
        # What piles up hurts late, so that a long delay speaks for nothing.
        closeness = max(closeness, 0.5)
    return Term("recent", weights.recent * (2 * closeness - 1), own, "time from going live to onset")


def mechanism_fit(change: Finding, now: Scene) -> tuple[float, str]:
    """How much of what is specific about the symptoms the change's mechanisms would produce."""
    mass = {name: weight * (0.3 if name in _COMMON else 1.0) for name, weight in now.profile.items()}
    whole = sum(sorted(mass.values(), reverse=True)[:4])
    if max((now.profile[name] for name in now.profile if name not in _COMMON), default=0.0) < SPECIFIC_MIN:
        return NEUTRAL_FIT, ""
    best = (0.0, "")
    for place, name in enumerate(change.text("mechanisms").split()):
        produced = sum(weight for sign, weight in mass.items() if sign in BY_NAME[name].signs)
        best = max(best, (min(1.0, produced / whole) * 0.85**place, name))
    return best


def _overlap(change: Finding, now: Scene, frequency: Counter[str], total: int) -> tuple[float, str]:
    """Rare names that the diff and the symptoms share, 0 to 1."""
    shared = []
    for token in set(change.text("tokens").split()):
        if token in now.vocabulary:
            rarity = math.log((total + 1) / (frequency[token] + 0.5))
            shared.append((rarity * now.vocabulary[token], token))
    shared.sort(reverse=True)
    score = sum(max(value, 0.0) for value, _ in shared[:6])
    return score / (score + 4.0), ", ".join(token for _, token in shared[:4])


def _confirmed(change: Finding, now: Scene) -> bool:
    """Whether a measurement moved between the very two numbers of the diff."""
    for pair in filter(None, change.text("pairs").split(";")):
        before, _, after = pair.rpartition("=")[2].partition(">")
        for measured_before, measured_after in now.numbers:
            if _close(float(before), measured_before) and _close(float(after), measured_after):
                return True
    return False


def _close(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= 0.02 * max(abs(a), abs(b))
