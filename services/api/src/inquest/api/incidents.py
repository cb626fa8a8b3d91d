"""The operations on incidents, the same over HTTP and gRPC."""

from dataclasses import dataclass

from inquest.api.domain.access import Caller
from inquest.api.domain.incident_requests import IncidentsAnswer, IncidentsQuery
from inquest.api.ports import IncidentStories
from inquest.contracts.latest import IncidentStory


@dataclass(frozen=True, slots=True)
class Incidents:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    stories: IncidentStories

    async def list(self, caller: Caller, query: IncidentsQuery) -> IncidentsAnswer:
        """Return one page of incidents, newest first."""
        return await self.stories.incidents(caller.may("viewer", query.tenant), query)

    async def get(self, caller: Caller, tenant: str | None, incident_id: str) -> IncidentStory:
        """Return the story of an incident, by its id or its number. Raises NotFound."""
        return await self.stories.incident(caller.may("viewer", tenant), incident_id)
