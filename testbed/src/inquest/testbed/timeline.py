"""Puts the steps of a fault and the innocent changes around it in order of time."""

import random
from dataclasses import dataclass

from inquest.testbed.scenario import Commit, Decoy, Fault, Flag, Step

SECONDS = 292.0
"""The normal length of a recording: four minutes of baseline, then the window."""

WINDOW_S = 52.0
AFTER_ONSET_S = 38.0
UNSQUEEZED_S = 96.0
"""A longer recording has a longer baseline; in a shorter one everything is squeezed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step, `at` seconds after the recording's start; `innocent` if it has nothing to do with the fault."""

    at: float
    step: Step
    innocent: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A recording in seconds after its start: baseline until `window_from`, then the window until `end`."""

    moments: tuple[Moment, ...]
    window_from: float
    onset: float
    end: float


def plan(fault: Fault, decoys: list[Decoy], seconds: float = SECONDS) -> Timeline:
    """Return the timeline of a fault; the same fault gets the same innocent changes every time."""
    scale = min(1.0, seconds / UNSQUEEZED_S)
    onset = seconds - AFTER_ONSET_S * scale
    moments = [
        Moment(max(0.5, onset + step.at * scale), step, innocent) for step, innocent in
        [*((step, False) for step in fault.steps), *((step, True) for step in _innocent(fault, decoys))]
    ]  # fmt: skip
    return Timeline(
        tuple(sorted(moments, key=lambda moment: moment.at)),
        seconds - WINDOW_S * scale,
        onset,
        seconds,
    )


def _innocent(fault: Fault, decoys: list[Decoy]) -> list[Step]:
    """Choose: deploys long before, one just before the onset, commits before and after, and a flag.

    Where no change is to blame, the deploy just before the onset is of the very service that fails, if one fits.
    """
    rng = random.Random(fault.name)
    edited = {edit.file for step in fault.steps if step.commit for edit in step.commit.edits}
    usable = [one for one in decoys if not edited & {edit.file for edit in one.commit.edits}]
    rng.shuffle(usable)
    guilty = {step.deploy for step in fault.steps} | {step.config for step in fault.steps}
    usable = [one for one in usable if one.service not in guilty]
    if fault.truth.change == "none":
        concerned = (fault.page.service,) if fault.page else fault.truth.services
        usable.sort(key=lambda one: one.service not in concerned)
    near, early, quiet, late, older = usable[:5]
    footer = Flag(name="new-footer", service="frontend", author="rosa.lind", to=True)
    steps = [
        *_commit_and_deploy(older, rng.uniform(-180, -100)),
        *_commit_and_deploy(early, rng.uniform(-48, -36)),
        Step(at=rng.uniform(-30, -12), commit=quiet.commit),
        *_commit_and_deploy(near, rng.uniform(-9, -4)),
        Step(at=rng.uniform(6, 16), commit=late.commit),
    ]
    return [*steps, Step(at=rng.uniform(-20, -10), flag=footer)] if rng.random() < 0.6 else steps


def _commit_and_deploy(decoy: Decoy, at: float) -> list[Step]:
    commit: Commit = decoy.commit
    return [Step(at=at - 1.5, commit=commit), Step(at=at, deploy=decoy.service)]
