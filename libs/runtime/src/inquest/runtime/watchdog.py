"""Notices an event loop that does not come round: a blocked loop is a dead service that still holds its messages."""

import asyncio

from inquest.contracts.errors import InquestError, RetryLater
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import LOOP_LAG_SECONDS

INTERVAL_S = 0.5


class LoopBlocked(InquestError):
    """The loop lagged too often in a row; the process must exit and be restarted."""


class Watchdog:
    """Measures the loop's lag. After `misses_max` lags in a row over `lag_s_max` it ends the process."""

    def __init__(self, service: str, lag_s_max: float, misses_max: int) -> None:
        self._lag_s_max = lag_s_max
        self._misses_max = misses_max
        self._gauge = LOOP_LAG_SECONDS.labels(service)
        self._log = get_logger(service)
        self._lag_s = 0.0

    async def run(self) -> None:
        """Measure until cancelled. Raises LoopBlocked."""
        loop = asyncio.get_running_loop()
        misses = 0
        while True:
            before = loop.time()
            await asyncio.sleep(INTERVAL_S)
            self._lag_s = max(0.0, loop.time() - before - INTERVAL_S)
            self._gauge.set(self._lag_s)
            misses = misses + 1 if self._lag_s > self._lag_s_max else 0
            if misses:
                self._log.warning("loop_lagged", lag_s=round(self._lag_s, 3), misses=misses)
            if misses >= self._misses_max:
                raise LoopBlocked(f"the event loop lagged {self._lag_s:.1f} s, {misses} times in a row")

    async def ping(self) -> None:
        """Raise RetryLater while the loop lags."""
        if self._lag_s > self._lag_s_max:
            raise RetryLater(f"event loop lags {self._lag_s:.1f} s")
