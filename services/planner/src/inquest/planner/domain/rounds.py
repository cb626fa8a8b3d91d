"""What a round asks for, when it is complete, and whether another one is worth it."""

from collections.abc import Mapping
from typing import Literal

from inquest.contracts.capabilities import CAPABILITIES, Capability
from inquest.contracts.latest import (
    Band,
    CapabilityTask,
    CoverageStatus,
    Focus,
    LimitReached,
    Mode,
    RoundClosed,
    Verdict,
    derive_id,
)
from inquest.planner.domain.state import Investigation
from inquest.planner.domain.terms import Span
from inquest.planner.domain.windows import widened

SERVED: Mapping[str, Capability] = {capability.capability_id: capability for capability in CAPABILITIES}
"""What workers of this release can do. Anything else is coverage that is missing, not a step that never ends."""

CANDIDATES_MAX = 3
UNCERTAIN: frozenset[Band] = frozenset({"possible", "undetermined"})
SEEN: frozenset[CoverageStatus] = frozenset({"looked", "degraded"})
QUALITY: Mapping[Mode, float] = {"fast": 0.1}
"""The weakest strength of evidence (0 to 1) worth reporting; other modes leave weighing to the verifier."""


def step_id(investigation_id: str, round_number: int, capability_id: str) -> str:
    """Return the id of a step: the same decision names the same step however often it is made."""
    return derive_id("step", investigation_id, str(round_number), capability_id)


def unplanned(state: Investigation, round_number: int, focus: Focus | None = None) -> list[CapabilityTask]:
    """Return the steps of a round that are not planned yet, in the order of `opened.capabilities`.

    A round that was half planned when its planner died is finished with the focus of the steps it has.
    """
    present = {task.capability_id: task for task in state.tasks_of(round_number)}
    aim = next((task.focus for task in present.values()), focus or state.opened.focus)
    span = widened(Span(state.opened.window, state.opened.baseline), round_number)
    return [
        _task(state, round_number, SERVED[capability_id], span, aim)
        for capability_id in state.opened.capabilities
        if capability_id in SERVED and capability_id not in present and capability_id not in state.exhausted
    ]


def _task(state: Investigation, round_number: int, capability: Capability, span: Span, focus: Focus) -> CapabilityTask:
    opened = state.opened
    return CapabilityTask(
        step_id=step_id(state.investigation_id, round_number, capability.capability_id),
        tenant=state.tenant,
        investigation_id=state.investigation_id,
        capability_id=capability.capability_id,
        priority=opened.priority,
        round=round_number,
        required_outputs=capability.outputs,
        quality_threshold=QUALITY.get(opened.mode, 0.0),
        max_latency_ms=opened.limits.step_latency_ms_max,
        window=span.window,
        baseline=span.baseline,
        focus=focus,
        limits=opened.limits,
        shares=opened.shares,
    )


def closing(
    state: Investigation, reason: Literal["all-finished", "deadline"], stopped_by: tuple[LimitReached, ...] = ()
) -> RoundClosed:
    """Return the closing of the newest round: its finished steps, and late ones of earlier rounds."""
    done = [task for task in state.tasks_of(state.round) if task.step_id in state.finished]
    answered = {task.capability_id for task in done}
    return RoundClosed(
        round=state.round,
        step_ids=tuple(sorted({task.step_id for task in done} | state.unlisted)),
        missing=tuple(name for name in state.opened.capabilities if name not in answered),
        reason=reason,
        stopped_by=stopped_by,
    )


def focus_on(state: Investigation, verdict: Verdict) -> Focus:
    """Return the focus of the round after this verdict: its best candidates."""
    entities = dict.fromkeys(hypothesis.cause.entity for hypothesis in verdict.hypotheses)
    return state.opened.focus.model_copy(update={"entities": tuple(entities)[:CANDIDATES_MAX]})


def is_worth_another(state: Investigation, verdict: Verdict) -> bool:
    """Whether the answer is uncertain, and there may be another round; whether it is paid for says `stops_of`.

    Where nothing could be looked at, another round would see nothing either.
    """
    return (
        verdict.band in UNCERTAIN
        and any(row.status in SEEN for row in verdict.coverage)
        and state.round < state.opened.limits.rounds_max
    )
