"""Do the weights carry over to a system that they were not fitted on? Fitted with each set left out.

The fit begins at equal weights and is a search along one weight at a time for the least log loss of the true cause
among the candidates, each set counting alike, with a penalty on leaving the equal weights: what the other sets cannot
tell stays where it began.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace

from inquest.accuracy.answer import NO_CHANGE
from inquest.accuracy.cases import Case
from inquest.accuracy.report import Table, percent
from inquest.accuracy.tables import target_of, telemetry_of
from inquest.packs import open_pack
from inquest.packs.truth import Truth, read_truth
from inquest.rca.engine import investigate
from inquest.rca.finding import Finding, Sight
from inquest.rca.tables import Target
from inquest.rca.verdict import rank
from inquest.rca.weights import DEFAULT, Weights

# What speaks for an entity, and for a change, begins alike; only the signs are taken from the weights in use.
EVIDENCE, CHANGE, PLACE = 2.5, 2.0, 0.6
_PLACE = frozenset({"explains", "onset", "target", "aside", "recent", "neighbours"})
_FIXED = frozenset({"prior", "change_prior"})  # they shift all candidates of a kind alike
STEPS = (1.5, 1 / 1.5)
PASSES = 2
PENALTY = 0.02
LOST = -12.0  # the log-probability of a true cause that is no candidate


@dataclass(frozen=True, slots=True)
class Weighed:
    """One case with a fault, as ranking sees it."""

    set: str
    truth: Truth
    target: Target
    findings: tuple[Finding, ...]
    coverage: tuple[Sight, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """How often a set is right under the weights in use and under those fitted without it (shares 0 to 1)."""

    set: str
    cases: int
    in_use: float
    equal: float
    left_out: float


def weigh(cases: Sequence[Case], processes: int, on_set: Callable[[str], None]) -> list[Carried]:
    """Return each set, judged under weights that were fitted on the others. Takes minutes."""
    known = [one for case in cases if (one := weighed(case)) is not None]
    names = sorted({one.set for one in known})
    found = []
    with ProcessPoolExecutor(processes) as pool:
        others = [[one for one in known if one.set != name] for name in names]
        for name, fitted in zip(names, pool.map(fit, others), strict=True):
            own = [one for one in known if one.set == name]
            shares = (right(own, weights) for weights in (DEFAULT, equal(), fitted))
            found.append(Carried(name, len(own), *shares))
            on_set(name)
    return found


def weighed(case: Case) -> Weighed | None:
    """Run the detectors once. Returns None for a case without a truth or without a fault."""
    truth = read_truth(case.path)
    if truth is None or truth.culprit is None:
        return None
    pack = open_pack(case.path)
    target = target_of(pack.signal)
    seen = investigate(telemetry_of(pack), target)
    return Weighed(case.set_name, truth, target, seen.findings, seen.coverage)


def equal() -> Weights:
    """Return weights that say no more than which way each kind of evidence points."""
    changed = {}
    for field in fields(Weights):
        now = getattr(DEFAULT, field.name)
        size = PLACE if field.name in _PLACE else CHANGE if now < 0 or _is_change(field.name) else EVIDENCE
        changed[field.name] = now if field.name in _FIXED else math.copysign(size, now)
    return Weights(**changed)


def _is_change(name: str) -> bool:
    names = [field.name for field in fields(Weights)]
    return names.index(name) > names.index("change_prior")


def fit(known: Sequence[Weighed]) -> Weights:
    """Return the weights under which the true causes of these cases are likeliest."""
    start = equal()
    best, least = start, loss(known, start, start)
    for _ in range(PASSES):
        for field in fields(Weights):
            if field.name in _FIXED:
                continue
            for step in STEPS:
                tried = replace(best, **{field.name: getattr(best, field.name) * step})
                cost = loss(known, tried, start)
                if cost < least:
                    best, least = tried, cost
    return best


def loss(known: Sequence[Weighed], weights: Weights, start: Weights) -> float:
    """Return the log loss of the true causes, each set counting alike, and the penalty."""
    by_set: dict[str, list[float]] = {}
    for one in known:
        by_set.setdefault(one.set, []).append(-_log_probability(one, weights))
    moved = (math.log(getattr(weights, f.name) / getattr(start, f.name)) for f in fields(Weights))
    return sum(sum(some) / len(some) for some in by_set.values()) / len(by_set) + PENALTY * sum(m * m for m in moved)


def _log_probability(one: Weighed, weights: Weights) -> float:
    causes = rank(one.findings, one.target, one.coverage, weights).causes
    true = [cause.score for cause in causes if _is_true(one.truth, cause.entity, cause.change_ref)]
    if not true:
        return LOST
    top = causes[0].score
    whole = sum(math.exp(max(-700.0, cause.score - top)) for cause in causes)
    return max(LOST, max(true) - top - math.log(whole))


def right(known: Sequence[Weighed], weights: Weights) -> float:
    """Return the share of cases whose first candidate is the true one."""
    firsts = ((one, rank(one.findings, one.target, one.coverage, weights).causes[:1]) for one in known)
    return sum(bool(c) and _is_true(one.truth, c[0].entity, c[0].change_ref) for one, c in firsts) / len(known)


def _is_true(truth: Truth, entity: str, change: str | None) -> bool:
    return entity == truth.culprit and truth.change in {None, change or NO_CHANGE}


def weights_table(carried: Sequence[Carried]) -> Table:
    """Return how often each set is right under weights that were fitted on the other sets."""
    header = ("set", "cases", "right", "equal weights", "fitted on the others")
    rows = [
        (one.set, str(one.cases), percent(one.in_use), percent(one.equal), percent(one.left_out)) for one in carried
    ]
    note = (
        "Right: the true service first and, where known, the change; cases with a fault. The fit begins at equal "
        "weights and sees the other sets only; what is no weight (detectors, terms) was written with all sets in view."
    )
    return Table("Weights in a set that was left out", header, rows, note)
