"""The table of HTTP operations on incidents. Pure."""

from inquest.api.domain.incident_requests import IncidentsAnswer, IncidentsQuery
from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import TenantQuery
from inquest.contracts.latest import IncidentStory

INCIDENTS = "/v1/incidents"
INCIDENT = f"{INCIDENTS}/{{incident_id}}"

INCIDENT_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_incidents", "GET", INCIDENTS, "Incidents, newest first", "viewer", IncidentsQuery, None, IncidentsAnswer
    ),
    Operation(
        "get_incident",
        "GET",
        INCIDENT,
        "The story of one incident, by its id or its number: signals, admission, verdict, notices",
        "viewer",
        TenantQuery,
        None,
        IncidentStory,
    ),
)
