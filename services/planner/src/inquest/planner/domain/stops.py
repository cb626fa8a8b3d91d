"""Which limits keep an investigation from another round. Pure: decided again, they are the same."""

from datetime import datetime

from inquest.contracts.latest import LimitName, LimitReached
from inquest.contracts.spending import distinct
from inquest.planner.domain.state import Investigation

_MS = 1000


def stops_of(state: Investigation, at: datetime) -> tuple[LimitReached, ...]:
    """Return the limits of the whole investigation that leave nothing for another round, and its tenant's.

    A capability or provider whose own limit is reached stops nobody else; see `Investigation.exhausted`.
    """
    limits = state.opened.limits
    steps = state.finished.values()
    spent: tuple[tuple[LimitName, float, int | None], ...] = (
        ("calls", state.calls, limits.calls_max),
        ("bytes", sum(step.bytes_read for step in steps), limits.bytes_max),
        ("tokens", sum(step.tokens for step in steps), limits.tokens_max),
        ("call-time", round(sum(step.call_ms for step in steps) / _MS, 3), limits.call_s_max),
    )
    reached = [
        LimitReached(scope="run", what=what, spent=amount, limit=limit)
        for what, amount, limit in spent
        if limit is not None and amount >= limit
    ]
    elapsed_s = (at - state.opened_at).total_seconds()
    if elapsed_s + limits.step_latency_ms_max / _MS > limits.duration_s_max:
        # What is left is too short for the longest step: a round that cannot finish is not begun.
        reached.append(
            LimitReached(scope="run", what="duration", spent=round(elapsed_s, 3), limit=limits.duration_s_max)
        )
    refused = (one for step in steps for one in step.limits_reached if one.scope == "run" or _is_whole_tenant(one))
    return distinct([*reached, *refused])


def _is_whole_tenant(reached: LimitReached) -> bool:
    return reached.scope == "tenant" and not reached.name
