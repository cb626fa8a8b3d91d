"""One function per subject."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from inquest.bus import Delivery
from inquest.contracts.capabilities import CAPABILITIES, Capability
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.latest import CapabilityTask
from inquest.worker.domain.outcome import conclude
from inquest.worker.ports import Analyst, Clock, Outcomes, Stopwatch, Tools

CALLS_SHARE = 0.75  # of a task's time: the rest is for the analysis
ATTEMPTS_MAX = 5  # then a step ends without the domains that no gateway answered for, and says so
_CAPABILITIES: Mapping[str, Capability] = {one.capability_id: one for one in CAPABILITIES}


@dataclass(frozen=True, slots=True)
class Handlers:
    """What a worker does with its messages."""

    tools: Tools
    analyst: Analyst
    outcomes: Outcomes
    clock: Clock
    stopwatch: Stopwatch

    async def on_task(self, task: CapabilityTask, delivery: Delivery) -> None:
        """Ask every domain of the capability, analyse what came back, and record the outcome once.

        Raises RetryLater while no gateway is there: a step that recorded that would have seen nothing for good.
        """
        if task.capability_id not in _CAPABILITIES:
            raise Impossible(f"no worker serves the capability {task.capability_id}")
        if await self.outcomes.is_recorded(task):
            return
        began_s = self.stopwatch()
        latency_s = task.max_latency_ms / 1000
        domains = _CAPABILITIES[task.capability_id].domains
        answers = await asyncio.gather(
            *(self.tools.ask(task, domain, timeout_s=latency_s * CALLS_SHARE) for domain in domains)
        )
        away = [f"{one.domain}: {one.failure}" for one in answers if one.is_away]
        if away and delivery.attempt < ATTEMPTS_MAX:
            # What was answered lies in the gateway's journal. The round has its deadline; later is a revision.
            raise RetryLater("; ".join(away))
        left_s = latency_s - (self.stopwatch() - began_s)
        examined = await self.analyst.examine(task, answers, timeout_s=max(left_s, 0.0))
        wall_ms = (self.stopwatch() - began_s) * 1000
        await self.outcomes.record(task, conclude(task, answers, examined, now=self.clock(), wall_ms=wall_ms))
