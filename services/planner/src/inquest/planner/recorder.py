"""Load, decide, append; and again when somebody else appended first."""

import asyncio
import zlib
from dataclasses import dataclass, field
from datetime import datetime

from inquest.contracts.errors import Conflict, RetryLater
from inquest.planner.domain.decide import Decision, events_of
from inquest.planner.domain.state import Investigation
from inquest.planner.ports import Histories, History
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import INVESTIGATIONS_ENDED

TRIES_MAX = 20  # each lost try means that another input was recorded; a round has far fewer
LOCKS = 256
_log = get_logger("planner")


@dataclass(frozen=True, slots=True)
class Recorder:
    """Turns decisions into recorded events, for any number of planners at once.

    The locks only spare this process from racing with itself; what keeps planners apart is compare-and-set.
    """

    histories: Histories
    _locks: tuple[asyncio.Lock, ...] = field(default_factory=lambda: tuple(asyncio.Lock() for _ in range(LOCKS)))

    async def record(self, tenant: str, investigation_id: str, at: datetime, decide: Decision) -> Investigation | None:
        """Append what the decision and the history demand; return the state after it, None for one that is archived.

        `at` is the time of the input, never of the wall clock, so that reprocessing repeats it.
        Raises RetryLater after TRIES_MAX lost races.
        """
        async with self._locks[zlib.crc32(investigation_id.encode()) % LOCKS]:
            for _ in range(TRIES_MAX):
                history = await self.histories.load(tenant, investigation_id)
                if history.is_archived:  # what comes so late is kept beside it, and changes nothing
                    _log.warning("investigation_is_archived", tenant=tenant, investigation=investigation_id)
                    return None
                events = events_of(
                    history.state, decide(history.state), tenant=tenant, investigation_id=investigation_id, at=at
                )
                before = history.state
                try:
                    for event in events:
                        history = await self.histories.append(history, event)
                except Conflict:
                    continue
                _tell(before, history)
                return history.state
        raise RetryLater(f"{investigation_id}: lost {TRIES_MAX} races to append")


def _tell(before: Investigation | None, history: History) -> None:
    after = history.state
    if after is None or after is before:
        return
    _log.info(
        "investigation_recorded",
        tenant=after.tenant,
        investigation=after.investigation_id,
        number=after.number,
        state=after.state,
        round=after.round,
    )
    if after.end and not (before and before.end):
        band = after.concluded.band if after.concluded else ""
        INVESTIGATIONS_ENDED.labels(after.end, band).inc()
