"""Collects from the streams what a notice is about."""

from dataclasses import dataclass

from inquest.bus.port import BusPort
from inquest.contracts import subjects as s
from inquest.contracts.latest import AdmissionDecided, Evidence, Incident, Signal, Verdict, derive_id
from inquest.notifier.domain.content import Case

SIGNALS_MAX = 20  # the first of an incident: they say what its sources call it


def investigation_of(tenant: str, incident_id: str) -> str:
    """Return the id of the investigation that an incident has or would have; the planner derives the same."""
    return derive_id("investigation", tenant, incident_id)


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads whole cases. Raises RetryLater while the bus does not answer."""

    bus: BusPort

    async def case(
        self, tenant: str, investigation_id: str, incident_id: str | None = None, *, up_to: int | None = None
    ) -> Case:
        """Return what is known of an investigation, up to one of its events where that is given."""
        stored = await self.bus.read(s.INVESTIGATION_RECORDED, tenant=tenant, investigation=investigation_id)
        events = tuple(one.message for one in stored if up_to is None or one.message.number <= up_to)
        opened = next((event.opened for event in events if event.opened), None)
        known = incident_id or (opened.incident_id if opened else investigation_id)
        incident = await self.incident(tenant, known)
        signals = [await self._signal(tenant, id_) for id_ in (incident.signal_ids[:SIGNALS_MAX] if incident else ())]
        return Case(
            tenant=tenant,
            investigation_id=investigation_id,
            incident_id=known,
            incident=incident,
            signals=tuple(signal for signal in signals if signal is not None),
            events=events,
        )

    async def incident(self, tenant: str, incident_id: str) -> Incident | None:
        """Return the newest that intake said about an incident."""
        rows = (s.INCIDENT_OPENED, s.INCIDENT_UPDATED, s.INCIDENT_RESOLVED)
        found = [await self.bus.last(row, tenant=tenant, incident=incident_id) for row in rows]
        return max((one.message for one in found if one), key=lambda incident: incident.updated_at, default=None)

    async def verdicts(self, tenant: str, investigation_id: str) -> list[Verdict]:
        """Return all verdicts, oldest first."""
        stored = await self.bus.read(s.VERDICT_REACHED, tenant=tenant, investigation=investigation_id)
        return [one.message for one in stored]

    async def evidence(self, tenant: str, investigation_id: str) -> list[Evidence]:
        """Return all evidence."""
        stored = await self.bus.read(s.EVIDENCE_COLLECTED, tenant=tenant, investigation=investigation_id)
        return [one.message for one in stored]

    async def admission(self, tenant: str, incident_id: str) -> AdmissionDecided | None:
        """Return the newest decision about investigating an incident."""
        found = await self.bus.last(s.ADMISSION_DECIDED, tenant=tenant, incident=incident_id)
        return found.message if found else None

    async def _signal(self, tenant: str, signal_id: str) -> Signal | None:
        found = await self.bus.last(s.SIGNAL_RECEIVED, tenant=tenant, signal=signal_id)
        return found.message if found else None
