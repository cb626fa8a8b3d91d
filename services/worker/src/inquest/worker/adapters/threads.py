"""The analysis runs in a few threads, so that the event loop stays free and memory stays bounded."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from prometheus_client import Counter

from inquest.contracts.latest import CapabilityTask
from inquest.telemetry.logs import get_logger
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.examine import Examined, examine

ANALYSIS_FAILURES = Counter("inquest_analysis_failures", "Analyses that raised or overran", ("capability", "reason"))
Work = Callable[[CapabilityTask, Sequence[Answer]], Examined]

_log = get_logger("worker")


class ThreadAnalyst:
    """At most `analyses_max` analyses at once; further ones wait for their turn within their own deadline."""

    def __init__(self, analyses_max: int, work: Work = examine) -> None:
        self._threads = ThreadPoolExecutor(analyses_max, thread_name_prefix="analysis")
        self._work = work

    async def examine(self, task: CapabilityTask, answers: Sequence[Answer], *, timeout_s: float) -> Examined:
        """Return what was found. A detector that raises is a bug: the step says so, and it is logged and counted."""
        running = asyncio.get_running_loop().run_in_executor(
            self._threads, self._timed, task, answers, time.perf_counter()
        )
        try:
            # Not wait_for: before Python 3.12 it swallows a cancellation that meets the end of the work.
            async with asyncio.timeout(timeout_s):
                return await running
        except TimeoutError:
            _report(task, "overrun")
            return Examined(
                failure=f"The analysis did not finish within {timeout_s:.3g} s", analysis_ms=timeout_s * 1000
            )
        except Exception as error:  # noqa: BLE001 - a step is never lost to a detector; the bug is logged and counted
            _report(task, type(error).__name__, error)
            return Examined(failure=f"The analysis failed with {type(error).__name__}: {str(error)[:200]}")

    async def stop(self) -> None:
        """Drop what has not begun; a running analysis ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _timed(self, task: CapabilityTask, answers: Sequence[Answer], began_s: float) -> Examined:
        """Analyse; the time counts from when it was asked for, so that waiting for a turn is part of it."""
        return replace(self._work(task, answers), analysis_ms=(time.perf_counter() - began_s) * 1000)


def _report(task: CapabilityTask, reason: str, error: Exception | None = None) -> None:
    ANALYSIS_FAILURES.labels(task.capability_id, reason).inc()
    _log.error(
        "analysis_failed",
        tenant=task.tenant,
        investigation=task.investigation_id,
        step=task.step_id,
        capability=task.capability_id,
        reason=reason,
        exc_info=error,
    )
