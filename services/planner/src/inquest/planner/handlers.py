"""One function per subject: load, decide, append."""

from dataclasses import dataclass

from inquest.bus import BusPort, Delivery
from inquest.contracts.latest import (
    CancelInvestigation,
    DeadlineReached,
    Incident,
    StartInvestigation,
    StepFinished,
    Verdict,
)
from inquest.contracts.subjects import VERDICT_REACHED
from inquest.planner.domain import decide
from inquest.planner.domain.state import Investigation, known
from inquest.planner.ports import Configuration
from inquest.planner.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Handlers:
    """Works off what others say. Time is when the server stored the input, so that a redelivery repeats it."""

    bus: BusPort
    recorder: Recorder
    configuration: Configuration

    async def on_incident_opened(self, incident: Incident, delivery: Delivery) -> None:
        """Open the investigation of a page."""
        draft = decide.incident_opened(incident, await self.configuration.terms(incident.tenant))
        investigation_id = decide.investigation_of(incident.tenant, incident.incident_id)
        await self.recorder.record(
            incident.tenant, investigation_id, delivery.stored_at, lambda state: [] if state else [draft]
        )

    async def on_command(self, command: StartInvestigation | CancelInvestigation, delivery: Delivery) -> None:
        """Start or cancel an investigation because a person asks."""
        if isinstance(command, StartInvestigation):
            await self._start(command, delivery)
        else:
            await self.recorder.record(
                command.tenant,
                command.investigation_id,
                delivery.stored_at,
                lambda state: decide.cancel_requested(known(state), command),
            )

    async def _start(self, start: StartInvestigation, delivery: Delivery) -> None:
        draft = decide.start_requested(start, await self.configuration.terms(start.tenant, start.mode))
        await self.recorder.record(
            start.tenant, start.investigation_id, delivery.stored_at, lambda state: [] if state else [draft]
        )

    async def on_step_finished(self, outcome: StepFinished, delivery: Delivery) -> None:
        """Record the outcome of a step, and close its round when it was the last."""
        await self.recorder.record(
            outcome.tenant,
            outcome.investigation_id,
            delivery.stored_at,
            lambda state: decide.step_finished(known(state), outcome),
        )

    async def on_verdict_reached(self, verdict: Verdict, delivery: Delivery) -> None:
        """Conclude, or plan another round."""
        at = delivery.stored_at
        await self.recorder.record(
            verdict.tenant,
            verdict.investigation_id,
            at,
            lambda state: decide.verdict_reached(known(state), verdict, at),
        )

    async def on_deadline_reached(self, deadline: DeadlineReached, delivery: Delivery) -> None:
        """Go on without what did not come in time. The timer is believed, never compared with a clock."""
        tenant, investigation_id = deadline.tenant, deadline.investigation_id
        verdict = None
        if deadline.timer == "investigation":
            stored = await self.bus.last(VERDICT_REACHED, tenant=tenant, investigation=investigation_id)
            verdict = stored.message if stored else None

        def decision(state: Investigation | None) -> list[decide.Draft]:
            if deadline.timer == "round":
                return decide.round_deadline(known(state), deadline.round)
            return decide.investigation_deadline(known(state), verdict)

        await self.recorder.record(tenant, investigation_id, delivery.stored_at, decision)
