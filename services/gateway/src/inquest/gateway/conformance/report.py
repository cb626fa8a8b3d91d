"""Runs the checks and says how it went: what `inquest provider test` prints."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from inquest.contracts.redaction import redact
from inquest.gateway.conformance.checks import CHECKS, Check, it_answers, it_is_well
from inquest.gateway.conformance.trial import Broken, Skipped, Trial
from inquest.gateway.ports import ProviderError

Verdict = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """How one check went. `error` is what the provider raised instead of an answer, where it did: a kind, or a type."""

    check: str
    meaning: str
    verdict: Verdict
    reason: str
    duration_ms: float
    error: str = ""


def _untold(found: Finding) -> None:
    del found


async def examine(
    trial: Trial, checks: Sequence[Check] = CHECKS, tell: Callable[[Finding], None] = _untold
) -> list[Finding]:
    """Run the checks one after the other, for a live source is not to be pressed; `tell` hears of each as it ends.

    A source that is neither well nor gives an answer is not asked further: each check would say the same once more.
    """
    found: list[Finding] = []
    for check in checks:
        found.append(_skipped(check) if _is_mute(found) else await _run(check, trial))
        tell(found[-1])
    return found


def _is_mute(found: Sequence[Finding]) -> bool:
    failed = {one.check for one in found if one.verdict == "failed" and one.error}
    return {_name(it_is_well), _name(it_answers)} <= failed


def _skipped(check: Check) -> Finding:
    return Finding(_name(check), _meaning(check), "skipped", "it is neither well nor answers", 0.0)


def _name(check: Check) -> str:
    return check.__name__.replace("_", " ")


def _meaning(check: Check) -> str:
    return (check.__doc__ or "").strip()


async def _run(check: Check, trial: Trial) -> Finding:
    started_s = time.monotonic()
    verdict: Verdict = "passed"
    reason = raised = ""
    try:
        await check(trial)
    except Skipped as error:
        verdict, reason = "skipped", str(error)
    except Broken as error:
        verdict, reason = "failed", str(error)
    except ProviderError as error:
        verdict, reason, raised = "failed", str(error), error.kind
    except Exception as error:  # noqa: BLE001 - a provider that raises anything else fails the check, and the report goes on
        verdict, reason, raised = "failed", f"raises {type(error).__name__}: {error}", type(error).__name__
    spent_ms = round((time.monotonic() - started_s) * 1000, 1)
    return Finding(_name(check), _meaning(check), verdict, redact(reason), spent_ms, raised)
