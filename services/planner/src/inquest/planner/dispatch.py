"""Projects recorded events into commands and timers. Nothing is commanded that was not recorded first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from inquest.bus import BusPort, Delivery
from inquest.contracts.latest import CapabilityTask, DeadlineReached, InvestigationRecorded, Opened
from inquest.contracts.subjects import DEADLINE_REACHED, STEP_RUN, TIMER_SET
from inquest.planner.domain.state import check_readable

GRACE_S = 5.0  # beyond a step's own latency limit, for one redelivery and the way back


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Everything it sends is derived from the event, so sending it twice is harmless."""

    bus: BusPort

    async def on_recorded(self, event: InvestigationRecorded, _delivery: Delivery) -> None:
        """Send the command of a planned step, and set the deadlines of a round and of the whole."""
        check_readable(event)
        if event.opened:
            await self.arm_investigation(event.tenant, event.investigation_id, event.opened, event.at)
        if event.step_planned:
            await self.run_step(event.step_planned.task)
            await self.arm_round(event.step_planned.task, event.at)

    async def run_step(self, task: CapabilityTask) -> None:
        """Command one step; its id keeps the server from storing it twice."""
        await self.bus.publish(
            STEP_RUN,
            task,
            msg_id=f"{task.tenant}:step:{task.step_id}",
            capability=task.capability_id,
            priority=task.priority,
            tenant=task.tenant,
            investigation=task.investigation_id,
        )

    async def arm_round(self, task: CapabilityTask, planned_at: datetime) -> None:
        """Set the deadline of the task's round. Every step of a round sets the same timer."""
        due_at = planned_at + timedelta(milliseconds=task.max_latency_ms, seconds=GRACE_S)
        await self._arm(
            DeadlineReached(
                tenant=task.tenant,
                investigation_id=task.investigation_id,
                timer="round",
                round=task.round,
                due_at=due_at,
            ),
            f"round-{task.round}",
        )

    async def arm_investigation(self, tenant: str, investigation_id: str, opened: Opened, at: datetime) -> None:
        """Set the deadline of the whole investigation."""
        due_at = at + timedelta(seconds=opened.limits.duration_s_max)
        await self._arm(
            DeadlineReached(tenant=tenant, investigation_id=investigation_id, timer="investigation", due_at=due_at),
            "investigation",
        )

    async def _arm(self, deadline: DeadlineReached, timer: str) -> None:
        await self.bus.schedule(
            TIMER_SET,
            DEADLINE_REACHED,
            deadline,
            due_at=deadline.due_at,
            tenant=deadline.tenant,
            investigation=deadline.investigation_id,
            timer=timer,
        )
