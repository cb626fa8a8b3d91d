"""What a domain answered, and what that says about coverage."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inquest.contracts.latest import CapabilityTask, Coverage, CoverageStatus, Domain, ToolResult, ToolStatus

INJECTION_PREFIX = "injection-attempt:"
PROBLEMS_SHOWN_MAX = 5
_LINE = re.compile(r"[^\s:]+:\d+: ")  # file:line: what is wrong with it
_MORE_LINES = re.compile(r"[^\s:]+: and (\d+) more problems")  # how a pack ends the list of a file
_STATUS: dict[ToolStatus, CoverageStatus] = {
    "ok": "looked",
    "degraded": "degraded",
    "unavailable": "skipped",
    "refused": "failed",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One domain's answer: the gateway's result and the compressed response, or why there is none.

    `is_away` says that no gateway answered: that is our own fault, and passes.
    """

    domain: Domain
    result: ToolResult | None = None
    data: bytes | None = None
    failure: str = ""
    is_away: bool = False

    @property
    def usable(self) -> bool:
        """Whether there is a response to analyse."""
        return self.data is not None

    @property
    def injections(self) -> tuple[str, ...]:
        """What the gateway took for instructions to us, hidden in the telemetry."""
        problems = self.result.problems if self.result else ()
        return tuple(one.removeprefix(INJECTION_PREFIX).strip() for one in problems if one.startswith(INJECTION_PREFIX))


def calls_of(answers: Sequence[Answer]) -> int:
    """How many calls reached a provider; a refused call or a domain that nobody serves reached none."""
    reached = {"ok", "degraded", "failed"}
    return sum(answer.result is not None and answer.result.status in reached for answer in answers)


def coverage_of(task: CapabilityTask, answer: Answer, failure: str) -> Coverage:
    """Return the coverage row of one answer; `failure` says why a usable answer was not analysed after all."""
    result = answer.result
    if failure or answer.failure or result is None:
        why = failure or answer.failure
        interface = (result.interface if result else "") or answer.domain
        provider = result.provider if result else None
        return Coverage(
            capability=task.capability_id, interface=interface, provider=provider, status="failed", reason=why
        )
    return Coverage(
        capability=task.capability_id,
        interface=result.interface or answer.domain,
        provider=result.provider,
        status=_STATUS[result.status],
        reason=_reason(result),
    )


def _reason(result: ToolResult) -> str:
    """Return what was wrong in a bounded form: bad lines are counted and the first is named, other problems listed."""
    problems = [one for one in result.problems if not one.startswith(INJECTION_PREFIX)]
    lines = [one for one in problems if _LINE.match(one)]
    uncounted = sum(int(found[1]) for one in problems if (found := _MORE_LINES.fullmatch(one)))
    others = [one for one in problems if not _LINE.match(one) and not _MORE_LINES.fullmatch(one)]
    count = len(lines) + uncounted
    damage = f"{count} line{'s' * (count != 1)} could not be used, the first: {lines[0]}" if lines else ""
    shown = others[:PROBLEMS_SHOWN_MAX]
    more = f"and {len(others) - len(shown)} more problems" if len(others) > len(shown) else ""
    return "; ".join(dict.fromkeys(part for part in (result.reason, damage, *shown, more) if part))
