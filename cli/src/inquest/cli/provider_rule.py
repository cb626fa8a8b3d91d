"""The rule by which `inquest provider review` says keep or replace. docs/provider-commands.md has it in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

CALLS_MIN = 20  # below it, chance says more than the provider
QUESTIONS_MIN = 5  # in which anything was found
ERRORS_TOLERATED = 0.05
SLOW_MS = 1000.0
COVERAGE_GAP = 0.10
COVERAGE_SLACK = 0.05
ERRORS_SLACK = 0.01

Advice = Literal["keep", "replace", "too few calls"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One provider of a domain. None is what nobody knows.

    Attributes:
        calls: recorded, and asked again.
        coverage: share of the rows found by anybody that it has too.
        questions: in which anything was found.
    """

    provider: str
    calls: int
    error_rate: float | None
    latency_ms_p95: float | None
    coverage: float | None = None
    questions: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do with one provider; `instead` names the one to replace it by."""

    advice: Advice
    reason: str
    instead: str = ""


def judge(one: Measured, others: Sequence[Measured]) -> Judgement:
    """Say whether to keep a provider. Without a better one it is kept, however bad it is."""
    if one.calls < CALLS_MIN:
        return Judgement("too few calls", f"{one.calls} calls, {CALLS_MIN} are needed")
    rivals = [other for other in others if other.calls >= CALLS_MIN]
    found = [(other, reason) for other in rivals if (reason := _better(other, one))]
    if found:
        best, reason = min(found, key=lambda pair: (pair[0].error_rate or 0.0, -(pair[0].coverage or 0.0)))
        return Judgement("replace", reason, best.provider)
    bad = (one.error_rate or 0.0) > ERRORS_TOLERATED
    worry = f"; but {one.error_rate:.1%} of its calls fail: see to it" if bad else ""
    if not others:
        return Judgement("keep", f"there is no other{worry}")
    if not rivals:
        return Judgement("keep", f"too few calls of the others to compare with{worry}")
    return Judgement("keep", f"no other is clearly better{worry}")


def _better(other: Measured, one: Measured) -> str:
    """Return why the other is clearly better; empty where it is not, or where nobody knows."""
    errors, theirs = one.error_rate or 0.0, other.error_rate or 0.0
    if one.coverage is None or other.coverage is None or min(one.questions, other.questions) < QUESTIONS_MIN:
        return ""  # who may find nothing is no replacement, however fast
    if other.coverage >= one.coverage + COVERAGE_GAP and theirs <= errors + ERRORS_SLACK:
        return f"{other.provider} finds {other.coverage:.0%} of what is there, this one {one.coverage:.0%}"
    if other.coverage < one.coverage - COVERAGE_SLACK:
        return ""
    if errors > ERRORS_TOLERATED and theirs <= errors / 2:
        return f"{errors:.1%} of its calls fail, {theirs:.1%} of those of {other.provider}, which finds as much"
    slow, fast = one.latency_ms_p95, other.latency_ms_p95
    if slow is None or fast is None or slow <= SLOW_MS or fast > slow / 2 or theirs > errors + ERRORS_SLACK:
        return ""
    return f"p95 is {slow:.0f} ms, that of {other.provider}, which finds as much, {fast:.0f} ms"
