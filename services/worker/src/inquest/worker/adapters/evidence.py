"""The outcome of a step in EVIDENCE: one atomic batch, recorded once."""

from dataclasses import dataclass

from inquest.bus import AlreadyRecorded, BusPort, Outgoing
from inquest.contracts.latest import CapabilityTask
from inquest.contracts.subjects import EVIDENCE_COLLECTED, STEP_FINISHED
from inquest.telemetry.logs import get_logger
from inquest.worker.domain.outcome import Outcome

_log = get_logger("worker")


@dataclass(frozen=True, slots=True)
class EvidenceStream:
    """`step-finished` comes last and must be the first of its subject: that makes the whole batch happen once."""

    bus: BusPort

    async def is_recorded(self, task: CapabilityTask) -> bool:
        """Say whether the step has ended already."""
        return await self.bus.last(STEP_FINISHED, **_keys(task)) is not None

    async def record(self, task: CapabilityTask, outcome: Outcome) -> None:
        """Append the outcome; one that is there already stays as it is. Raises RetryLater without an ack."""
        keys = _keys(task)
        batch = [Outgoing(EVIDENCE_COLLECTED, one, keys) for one in outcome.evidence]
        batch.append(Outgoing(STEP_FINISHED, outcome.finished, keys, expect_last=0))
        log = _log.bind(tenant=task.tenant, investigation=task.investigation_id, step=task.step_id)
        try:
            await self.bus.publish_batch(batch)
        except AlreadyRecorded:
            log.info("step_recorded_before")
        else:
            log.info("step_recorded", status=outcome.finished.status, evidence=len(outcome.evidence))


def _keys(task: CapabilityTask) -> dict[str, str]:
    return {"tenant": task.tenant, "investigation": task.investigation_id, "step": task.step_id}
