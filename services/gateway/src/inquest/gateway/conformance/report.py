"""Runs the checks and says how it went: what `inquest provider test` prints."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from inquest.contracts.redaction import redact
from inquest.gateway.conformance.checks import CHECKS, Check
from inquest.gateway.conformance.trial import Broken, Skipped, Trial
from inquest.gateway.ports import ProviderError

Verdict = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """How one check went."""

    check: str
    meaning: str
    verdict: Verdict
    reason: str
    duration_ms: float


async def examine(trial: Trial, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Run the checks one after the other: a live source is not to be pressed."""
    return [await _run(check, trial) for check in checks]


async def _run(check: Check, trial: Trial) -> Finding:
    started_s = time.monotonic()
    verdict: Verdict = "passed"
    reason = ""
    try:
        await check(trial)
    except Skipped as error:
        verdict, reason = "skipped", str(error)
    except (Broken, ProviderError) as error:
        verdict, reason = "failed", str(error)
    except Exception as error:  # noqa: BLE001 - a provider that raises anything else fails the check, and the report goes on
        verdict, reason = "failed", f"raises {type(error).__name__}: {error}"
    spent_ms = round((time.monotonic() - started_s) * 1000, 1)
    name = check.__name__.replace("_", " ")
    return Finding(name, (check.__doc__ or "").strip(), verdict, redact(reason), spent_ms)
