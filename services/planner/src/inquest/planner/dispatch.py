"""Projects recorded events into commands and timers. Nothing is commanded that was not recorded first."""

from dataclasses import dataclass
from datetime import timedelta

from inquest.bus import BusPort, Delivery
from inquest.contracts.latest import CapabilityTask, DeadlineReached, InvestigationRecorded
from inquest.contracts.subjects import DEADLINE_REACHED, STEP_RUN, TIMER_SET
from inquest.planner.domain.state import Investigation, check_readable, known
from inquest.planner.ports import Histories

GRACE_S = 5.0  # beyond a step's own latency limit, for one redelivery and the way back


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Everything it sends is derived from the history, so sending it twice is harmless."""

    bus: BusPort
    histories: Histories

    async def on_recorded(self, event: InvestigationRecorded, _delivery: Delivery) -> None:
        """Send the command of a planned step, and set the deadlines of its round and of the whole.

        What has finished or ended meanwhile is left alone: a durable that is made anew starts at the first event.
        """
        check_readable(event)
        if event.opened is None and event.step_planned is None:
            return
        history = await self.histories.load(event.tenant, event.investigation_id)
        if history.is_archived or (state := known(history.state)).end:
            return
        if event.opened:
            await self.arm_investigation(state)
        if event.step_planned and (task := event.step_planned.task) in state.awaited():
            await self.run_step(task)
            await self.arm_round(state)

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

    async def arm_round(self, state: Investigation) -> None:
        """Set the deadline of the newest round. Every step of a round sets the same timer."""
        latency = timedelta(milliseconds=state.opened.limits.step_latency_ms_max, seconds=GRACE_S)
        deadline = DeadlineReached(
            tenant=state.tenant,
            investigation_id=state.investigation_id,
            timer="round",
            round=state.round,
            due_at=state.round_at + latency,
        )
        await self._arm(deadline, f"round-{state.round}")

    async def arm_investigation(self, state: Investigation) -> None:
        """Set the deadline of the whole investigation."""
        deadline = DeadlineReached(
            tenant=state.tenant,
            investigation_id=state.investigation_id,
            timer="investigation",
            due_at=state.opened_at + timedelta(seconds=state.opened.limits.duration_s_max),
        )
        await self._arm(deadline, "investigation")

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
