"""Finds what was lost between two services, and does it again. Everything it repeats is idempotent."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from inquest.bus import BusPort
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import StepFinished, Verdict
from inquest.contracts.subjects import INVESTIGATION_RECORDED, STEP_FINISHED, STEP_RUN, VERDICT_REACHED
from inquest.planner.dispatch import Dispatcher
from inquest.planner.domain import decide
from inquest.planner.domain.state import Investigation, known
from inquest.planner.ports import Histories
from inquest.planner.recorder import Recorder
from inquest.telemetry.logs import get_logger

ENDED_MAX = 100_000
_log = get_logger("planner")


@dataclass(slots=True)
class Sweep:
    """Looks at investigations that have not ended and to which nothing was added while it watched for `stale_s`.

    It goes by its own monotonic clock: times that other machines wrote are compared with no clock here.
    A decision that was cut short is completed, outcomes and verdicts that never reached the history are taken
    in, and commands and timers that are gone are sent again. One that ended is not looked at twice.
    """

    bus: BusPort
    histories: Histories
    recorder: Recorder
    dispatcher: Dispatcher
    interval_s: float
    stale_s: float
    looked_at_max: int
    now_s: Callable[[], float] = time.monotonic
    _heard: dict[str, tuple[int, float]] = field(default_factory=dict)  # how many events, and since when so many
    _ended: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _turn: int = 0

    async def run(self) -> None:
        """Sweep for ever. A fault of the bus is logged and waited out: the next sweep does the same work."""
        while True:
            await asyncio.sleep(self.interval_s)
            try:
                await self.sweep()
            except InquestError as error:
                _log.warning("sweep_failed", error=str(error))

    async def sweep(self) -> int:
        """Look once; return how many investigations were taken up again."""
        present = await self.bus.subjects(INVESTIGATION_RECORDED)
        taken_up = 0
        for subject in self._some_of(self._silent(present)):
            keys = INVESTIGATION_RECORDED.parse(subject) or {}
            try:
                taken_up += await self._look_at(subject, keys["tenant"], keys["investigation"])
            except InquestError as error:
                # One history that cannot be read must not keep the others from being swept.
                _log.warning("sweep_skipped", error=str(error), **keys)
        return taken_up

    def _silent(self, present: Mapping[str, int]) -> list[str]:
        """Return the subjects of those that may be waiting for something that was lost."""
        now_s, heard = self.now_s(), self._heard
        open_ = {subject: present[subject] for subject in present.keys() - self._ended.keys()}
        self._heard = {
            subject: heard[subject] if heard.get(subject, (0, 0.0))[0] == count else (count, now_s)
            for subject, count in open_.items()
        }
        return sorted(subject for subject, (_, since_s) in self._heard.items() if now_s - since_s >= self.stale_s)

    def _some_of(self, subjects: list[str]) -> list[str]:
        """Return up to `looked_at_max`, going on where the last sweep stopped, so that each has its turn."""
        start = self._turn % max(1, len(subjects))
        self._turn = start + self.looked_at_max
        return (subjects[start:] + subjects[:start])[: self.looked_at_max]

    async def _look_at(self, subject: str, tenant: str, investigation_id: str) -> bool:
        history = await self.histories.load(tenant, investigation_id)
        state = history.state
        if state is None and not history.is_archived:
            return False
        if state and state.end is None:
            state = await self._take_in(state)
        if state and state.end is None:
            await self._send_again(state)
            _log.info("investigation_swept", tenant=tenant, investigation=investigation_id, number=state.number)
            return True
        self._ended[subject] = None
        if len(self._ended) > ENDED_MAX:
            self._ended.popitem(last=False)
        return False

    async def _take_in(self, state: Investigation) -> Investigation:
        tenant, investigation_id = state.tenant, state.investigation_id
        state = known(await self.recorder.record(tenant, investigation_id, state.at, lambda _: []))
        if state.awaited():
            for stored in await self.bus.read(STEP_FINISHED, tenant=tenant, investigation=investigation_id):
                state = await self._take_step(state, stored.message)
        last = await self.bus.last(VERDICT_REACHED, tenant=tenant, investigation=investigation_id)
        return await self._take_verdict(state, last.message) if last else state

    async def _take_step(self, state: Investigation, outcome: StepFinished) -> Investigation:
        if outcome.step_id in state.finished or outcome.step_id not in state.tasks:
            return state
        recorded = await self.recorder.record(
            state.tenant,
            state.investigation_id,
            outcome.finished_at,
            lambda now: decide.step_finished(known(now), outcome),
        )
        return known(recorded)

    async def _take_verdict(self, state: Investigation, verdict: Verdict) -> Investigation:
        if verdict.round != state.round or not state.round_is_closed:
            return state
        recorded = await self.recorder.record(
            state.tenant,
            state.investigation_id,
            verdict.reached_at,
            lambda now: decide.verdict_reached(known(now), verdict, verdict.reached_at),
        )
        return known(recorded)

    async def _send_again(self, state: Investigation) -> None:
        await self.dispatcher.arm_investigation(state)
        if state.round_is_closed:
            return
        for task in state.awaited():
            # What still lies in the work queue is not lost: a worker has it, or will.
            queued = await self.bus.last(
                STEP_RUN,
                capability=task.capability_id,
                priority=task.priority,
                tenant=task.tenant,
                investigation=task.investigation_id,
            )
            if queued is None or queued.message.step_id != task.step_id:
                await self.dispatcher.run_step(task)
        await self.dispatcher.arm_round(state)
