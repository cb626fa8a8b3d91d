"""The operations on incidents, the same over HTTP and gRPC."""

from dataclasses import dataclass

from inquest.api.domain.incident_requests import (
    IncidentsAnswer,
    IncidentsQuery,
    MergeBody,
    Regrouped,
    SplitBody,
    signals_of,
)
from inquest.api.domain.view import BuiltFrom, nothing_built, view_of
from inquest.api.ports import IncidentStories
from inquest.audit import AuditLog, Deed
from inquest.bus.port import BusPort
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible, NotFound
from inquest.contracts.latest import Incident, IncidentStory, MergeIncidents, SplitIncident
from inquest.identity import Principal
from inquest.telemetry.logs import get_logger

_log = get_logger("api")


@dataclass(frozen=True, slots=True)
class Incidents:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    stories: IncidentStories
    bus: BusPort
    audit: AuditLog
    built_from: BuiltFrom = nothing_built

    async def list(self, caller: Principal, query: IncidentsQuery) -> IncidentsAnswer:
        """Return one page of incidents, newest first."""
        return await self.stories.incidents(view_of(caller, "incidents.read", query.tenant, self.built_from), query)

    async def get(self, caller: Principal, tenant: str | None, incident_id: str) -> IncidentStory:
        """Return the story of an incident, by its id or its number. Raises NotFound."""
        return await self.stories.incident(view_of(caller, "incidents.read", tenant, self.built_from), incident_id)

    async def merge(self, caller: Principal, tenant: str | None, incident_id: str, body: MergeBody) -> Regrouped:
        """Ask that another incident become part of this one. Raises NotFound, and Impossible for the same one twice."""
        view = view_of(caller, "incidents.regroup", tenant, self.built_from)
        chosen = view.tenant
        one = (await self.stories.incident(view, incident_id)).incident
        two = (await self.stories.incident(view, body.other)).incident
        kept, other = one.incident_id, two.incident_id
        if kept == other:
            raise Impossible("other: is the same incident")
        command = MergeIncidents(
            tenant=chosen, incident_id=kept, merged_id=other, reason=body.reason, requested_by=caller.name
        )
        await self.bus.publish(s.INCIDENT_MERGE, command, tenant=chosen, incident=kept)
        about = f"{_name(one)} takes {_name(two)}"
        await self.audit.record(Deed("incidents-merged", chosen, caller.name, body.reason, about))
        _log.info("merge_asked", by=caller.name, tenant=chosen, incident=kept, merged=other)
        return Regrouped(incident_id=kept)

    async def split(self, caller: Principal, tenant: str | None, incident_id: str, body: SplitBody) -> Regrouped:
        """Ask that some signals become an incident of their own. Raises NotFound, also for a signal not of it."""
        view = view_of(caller, "incidents.regroup", tenant, self.built_from)
        chosen = view.tenant
        story = await self.stories.incident(view, incident_id)
        kept, known = story.incident.incident_id, signals_of(story)
        if strange := [one for one in body.signal_ids if one not in known]:
            raise NotFound(f"signal_ids: {', '.join(strange)}: no signal of incident {incident_id}")
        command = SplitIncident(
            tenant=chosen, incident_id=kept, signal_ids=body.signal_ids, reason=body.reason, requested_by=caller.name
        )
        await self.bus.publish(s.INCIDENT_SPLIT, command, tenant=chosen, incident=kept)
        about = f"{_name(story.incident)}: {len(body.signal_ids)} signals, {body.signal_ids[0]} first"
        await self.audit.record(Deed("incident-split", chosen, caller.name, body.reason, about))
        _log.info("split_asked", by=caller.name, tenant=chosen, incident=kept, signals=len(body.signal_ids))
        return Regrouped(incident_id=kept)


def _name(incident: Incident) -> str:
    return f"INC-{incident.number}" if incident.number else incident.incident_id
