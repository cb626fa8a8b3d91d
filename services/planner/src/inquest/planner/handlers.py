"""One function per subject: load, decide, append."""

from dataclasses import dataclass

from inquest.bus import BusPort, Delivery
from inquest.contracts.latest import (
    AdmissionDecided,
    AdmissionDue,
    CancelInvestigation,
    DeadlineReached,
    Incident,
    InvestigationRecorded,
    StartInvestigation,
    StepFinished,
    Verdict,
)
from inquest.contracts.subjects import INCIDENT_OPENED, VERDICT_REACHED
from inquest.planner.admissions import Admissions
from inquest.planner.domain import admission, decide
from inquest.planner.domain.ledger import Ledger
from inquest.planner.domain.rulings import Rules
from inquest.planner.domain.state import Investigation, known
from inquest.planner.opener import Opener
from inquest.planner.ports import Configuration
from inquest.planner.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Handlers:
    """Works off what others say. Time is when the server stored the input, so that a redelivery repeats it."""

    bus: BusPort
    recorder: Recorder
    configuration: Configuration
    admissions: Admissions
    opener: Opener

    async def on_incident(self, incident: Incident, delivery: Delivery) -> None:
        """Ask for admission, or tell what changed about an incident that has asked."""
        await self.configuration.terms(incident.tenant)  # the incident of an unknown tenant is given up, visibly

        async def step(ledger: Ledger, rules: Rules) -> Ledger:
            prior = None
            if not ledger.knows(incident.incident_id):
                prior = ledger.prior(incident.incident_id)
                prior = prior or await self.admissions.newest(incident.tenant, incident.incident_id)
                if prior is None and not await self._may_ask(incident, delivery):
                    return ledger
            return admission.asked(ledger, incident, prior, rules, delivery.stored_at)

        await self.admissions.change(incident.tenant, step)

    async def _may_ask(self, incident: Incident, delivery: Delivery) -> bool:
        """Whether an incident that nobody has decided about may ask: once announced, and never for a second one."""
        if INCIDENT_OPENED.parse(delivery.subject) is None and incident.announced_at is None:
            return False
        investigation_id = decide.investigation_of(incident.tenant, incident.incident_id)
        return (await self.recorder.histories.load(incident.tenant, investigation_id)).seq == 0

    async def on_admission_decided(self, decided: AdmissionDecided, delivery: Delivery) -> None:
        """Open the investigation of an incident that was admitted."""
        if decided.outcome == "admitted":
            await self.opener.open(decided.tenant, decided.incident_id, delivery.stored_at)

    async def on_investigation_recorded(self, event: InvestigationRecorded, delivery: Delivery) -> None:
        """Free the slot of an investigation that ended."""

        async def step(ledger: Ledger, rules: Rules) -> Ledger:
            return admission.ended(ledger, event.investigation_id, rules, delivery.stored_at)

        if event.concluded or event.cancelled or event.timed_out:
            await self.admissions.change(event.tenant, step)

    async def on_admission_due(self, due: AdmissionDue, delivery: Delivery) -> None:
        """Look at the queue again. The timer is believed, never compared with a clock."""

        async def step(ledger: Ledger, rules: Rules) -> Ledger:
            return admission.rechecked(ledger, rules, max(delivery.stored_at, due.due_at))

        await self.admissions.change(due.tenant, step)

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
        draft = decide.start_requested(
            start, await self.configuration.granted(start.tenant, start.focus.services, start)
        )
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
