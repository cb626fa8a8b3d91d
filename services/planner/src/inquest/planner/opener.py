"""Opens the investigation of an admitted incident."""

from dataclasses import dataclass
from datetime import datetime

from inquest.bus import BusPort
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import Incident
from inquest.contracts.subjects import INCIDENT_OPENED, INCIDENT_UPDATED
from inquest.planner.domain import decide
from inquest.planner.ports import Configuration
from inquest.planner.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Opener:
    """Records number 1 of an investigation, however often it is asked to."""

    bus: BusPort
    recorder: Recorder
    configuration: Configuration

    async def open(self, tenant: str, incident_id: str, at: datetime) -> None:
        """Open the investigation, with what is known of the incident by now. Raises Impossible when it is gone."""
        incident = await self._newest(tenant, incident_id)
        draft = decide.incident_opened(incident, await self.configuration.granted(tenant, incident.services))
        investigation_id = decide.investigation_of(tenant, incident_id)
        await self.recorder.record(tenant, investigation_id, at, lambda state: [] if state else [draft])

    async def _newest(self, tenant: str, incident_id: str) -> Incident:
        opened = await self.bus.last(INCIDENT_OPENED, tenant=tenant, incident=incident_id)
        updated = await self.bus.last(INCIDENT_UPDATED, tenant=tenant, incident=incident_id)
        told: list[Incident] = [stored.message for stored in (opened, updated) if stored]
        if not told:
            raise Impossible(f"incident {incident_id} is gone from the stream INCIDENTS")
        return max(told, key=lambda incident: incident.updated_at)
