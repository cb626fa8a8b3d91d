"""The table of HTTP operations on incidents. Pure."""

from inquest.api.domain.incident_requests import IncidentsAnswer, IncidentsQuery, MergeBody, Regrouped, SplitBody
from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import TenantQuery
from inquest.contracts.latest import IncidentStory

INCIDENTS = "/v1/incidents"
INCIDENT = f"{INCIDENTS}/{{incident_id}}"

INCIDENT_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_incidents",
        "GET",
        INCIDENTS,
        "Incidents, newest first",
        "incidents.read",
        "IncidentService.List",
        IncidentsQuery,
        None,
        IncidentsAnswer,
    ),
    Operation(
        "get_incident",
        "GET",
        INCIDENT,
        "The story of one incident, by its id or its number: signals, admission, verdict, notices",
        "incidents.read",
        "IncidentService.Get",
        TenantQuery,
        None,
        IncidentStory,
    ),
    Operation(
        "merge_incidents",
        "POST",
        f"{INCIDENT}/merge",
        "Say that another incident is part of this one; later alerts follow",
        "incidents.regroup",
        "IncidentService.Merge",
        TenantQuery,
        MergeBody,
        Regrouped,
        202,
    ),
    Operation(
        "split_incident",
        "POST",
        f"{INCIDENT}/split",
        "Say that some signals are another incident; later alerts like them follow",
        "incidents.regroup",
        "IncidentService.Split",
        TenantQuery,
        SplitBody,
        Regrouped,
        202,
    ),
)
