"""Does the confidence hold on a system that it was not fitted on? The calibration fitted with each set left out."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from inquest.accuracy.answer import NO_CHANGE
from inquest.accuracy.apart import run_apart
from inquest.accuracy.cases import Case
from inquest.accuracy.degrade import NO_FAULT, WHOLE, copies
from inquest.accuracy.report import Table, number, percent
from inquest.accuracy.statistics import Floats, auroc, brier_skill, ece
from inquest.accuracy.tables import target_of, telemetry_of
from inquest.packs import open_pack
from inquest.packs.truth import read_truth
from inquest.rca.confidence import CERTAIN, FITTED, Calibration, probabilities, strongest
from inquest.rca.engine import investigate

# A copy counts a tenth of a recorded incident: how much is missing in practice is not known.
COPY_WEIGHT = 0.1
HELD_BACK = "test"
FLOOR = 0.001
BIASES = tuple(float(one) for one in np.arange(-8.0, 1.01, 1.0))
BESTS = tuple(float(one) for one in np.arange(0.4, 3.3, 0.4).round(1))
SHOWN = tuple(float(one) for one in np.arange(0.0, 6.1, 1.0))
SHARPNESSES = (0.7, 1.0, 1.4, 2.0, 2.8, 4.0)


@dataclass(frozen=True, slots=True)
class Sample:
    """One verdict on a case or on a copy of it that knows less: what the confidence is made of, and whether it held."""

    set: str
    copy: str
    scores: tuple[float, ...]
    best: float
    shown: float
    right: bool

    @property
    def weight(self) -> float:
        """How much it counts in a fit."""
        return 1.0 if self.copy == WHOLE else COPY_WEIGHT

    @property
    def fitted(self) -> bool:
        """Whether the calibration may be fitted on it: sets called `test` only measure."""
        return self.set.rpartition("/")[2] != HELD_BACK


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One set, the calibration that was fitted without it, and its samples."""

    name: str
    calibration: Calibration
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """How well confidences hold; shares are 0 to 1, None where all or none are right."""

    samples: int
    right: float
    confidence: float
    brier_skill: float | None
    auroc: float | None
    ece: float


def gather(cases: Sequence[Case], processes: int) -> list[Sample]:
    """Return the samples of all cases that have a truth, each case in a process of its own. Raises Failed."""
    with ThreadPoolExecutor(processes) as pool:
        return [sample for some in pool.map(lambda case: run_apart(samples_of, case), cases) for sample in some]


def samples_of(case: Case) -> list[Sample]:
    """Return one sample for the case and one for each copy, where there is a candidate at all."""
    truth = read_truth(case.path)
    if truth is None:
        return []
    pack = open_pack(case.path)
    target, found = target_of(pack.signal), []
    for name, telemetry in copies(telemetry_of(pack), truth.culprit).items():
        seen = replace(target, fired_at=None) if name == NO_FAULT else target
        ranking = investigate(telemetry, seen).ranking
        causes = ranking.causes
        if causes:
            change = causes[0].change_ref or NO_CHANGE
            holds = causes[0].entity == truth.culprit and truth.change in {None, change}
            scores = tuple(cause.score for cause in causes)
            best, right = strongest(causes[0]), holds and name != NO_FAULT
            found.append(Sample(case.set_name, name, scores, best, ranking.shown, right))
    return found


def fit(samples: Sequence[Sample]) -> Calibration:
    """Return the calibration of the grid under which what happened was likeliest (least weighted log loss)."""
    best, shown, right, weight = (
        np.array([getattr(s, key) for s in samples], np.float64) for key in ("best", "shown", "right", "weight")
    )
    told = {
        (bias, slope, extra): 1 / (1 + np.exp(-bias - slope * best - extra * shown))
        for bias, slope, extra in product(BIASES, BESTS, SHOWN)
    }
    losses: list[tuple[float, Calibration]] = []
    for sharpness in SHARPNESSES:
        share = np.array([1 / np.exp(sharpness * (np.array(s.scores) - s.scores[0])).sum() for s in samples])
        for (bias, slope, extra), alone in told.items():
            said = np.clip(np.minimum(CERTAIN, alone * share), FLOOR, CERTAIN)
            loss = -(weight * (right * np.log(said) + (1 - right) * np.log(1 - said))).sum()
            losses.append((float(loss), Calibration(bias, slope, extra, sharpness)))
    return min(losses, key=lambda one: one[0])[1]


def leave_one_out(samples: Sequence[Sample]) -> list[LeftOut]:
    """Return each set with the calibration fitted on the others; needs two sets to fit on, or more."""
    names = sorted({sample.set for sample in samples})
    return [
        LeftOut(
            name,
            fit([sample for sample in samples if sample.fitted and sample.set != name]),
            tuple(sample for sample in samples if sample.set == name),
        )
        for name in names
    ]


def held(samples: Sequence[tuple[Sample, Calibration]]) -> Holds:
    """Return how well the confidence held, each sample under its own calibration."""
    said: Floats = np.array([probabilities(one.scores, one.best, one.shown, under)[0] for one, under in samples])
    right: Floats = np.array([one.right for one, _ in samples], dtype=np.float64)
    return Holds(
        len(samples),
        float(right.mean()),
        float(said.mean()),
        brier_skill(said, right),
        auroc(said, right),
        ece(said, right),
    )


def calibration_table(left: Sequence[LeftOut]) -> Table:
    """Return how the confidence holds in each set when it was fitted on the others, and over all, also as shipped."""
    pairs = [(sample, one.calibration) for one in left for sample in one.samples]
    shipped = [(sample, FITTED) for sample, _ in pairs]
    rows = [_row(one.name, [(s, one.calibration) for s in one.samples], _written(one.calibration)) for one in left]
    rows.append(_row("all, each left out", pairs, ""))
    rows.append(_row("all, as shipped", shipped, _written(FITTED)))
    header = (
        "set", "packs", "right", "confidence", "ECE",
        "with copies", "right", "confidence", "Brier skill", "AUROC", "ECE", "bias, best, shown, sharpness",
    )  # fmt: skip
    note = (
        "Confidence in each set when it was fitted on the other sets. Copies lack a modality, half the series, nine of "
        "ten traces or all that the culprit told of itself, or have no fault at all; a copy weighs a tenth of a pack."
    )
    return Table("Confidence in a set that was left out", header, rows, note)


def _row(name: str, pairs: Sequence[tuple[Sample, Calibration]], fitted: str) -> tuple[str, ...]:
    packs, every = held([pair for pair in pairs if pair[0].copy == WHOLE]), held(pairs)
    return (
        name, str(packs.samples), percent(packs.right), f"{packs.confidence:.2f}", f"{packs.ece:.3f}",
        str(every.samples), percent(every.right), f"{every.confidence:.2f}", number(every.brier_skill),
        number(every.auroc), f"{every.ece:.3f}", fitted,
    )  # fmt: skip


def _written(one: Calibration) -> str:
    return f"{one.bias:.1f}, {one.best:.1f}, {one.shown:.1f}, {one.sharpness:.1f}"
