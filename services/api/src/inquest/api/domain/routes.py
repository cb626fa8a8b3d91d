"""The table of HTTP operations. Routes and the OpenAPI document are both made from it. Pure."""

from inquest.api.domain.approval_requests import APPROVAL_OPERATIONS
from inquest.api.domain.budget_routes import BUDGET_OPERATIONS
from inquest.api.domain.control_routes import CONTROL_OPERATIONS
from inquest.api.domain.dead_requests import DEAD_OPERATIONS
from inquest.api.domain.incident_routes import INCIDENT_OPERATIONS
from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import (
    CancelBody,
    Cancelled,
    FeedbackBody,
    FeedbackGiven,
    Investigations,
    ListQuery,
    StartBody,
    Started,
    TenantQuery,
    WatchQuery,
)
from inquest.api.domain.switch_requests import SWITCH_OPERATIONS
from inquest.contracts.latest import InvestigationStory

ONE = "/v1/investigations/{investigation_id}"
ALL = "/v1/investigations"


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_investigations",
        "GET",
        ALL,
        "Investigations, newest first",
        "investigations.read",
        "InvestigationService.List",
        ListQuery,
        None,
        Investigations,
    ),
    Operation(
        "start_investigation",
        "POST",
        ALL,
        "Investigate without a page",
        "investigations.start",
        "InvestigationService.Start",
        TenantQuery,
        StartBody,
        Started,
        202,
    ),
    Operation(
        "get_investigation",
        "GET",
        ONE,
        "The whole story of one investigation",
        "investigations.read",
        "InvestigationService.Get",
        TenantQuery,
        None,
        InvestigationStory,
    ),
    Operation(
        "watch_investigation",
        "GET",
        f"{ONE}/events",
        "What happens, as server-sent events; an id that nobody knows yet is waited for",
        "investigations.read",
        "InvestigationService.Watch",
        WatchQuery,
        None,
        None,
    ),
    Operation(
        "cancel_investigation",
        "POST",
        f"{ONE}/cancel",
        "Stop an investigation",
        "investigations.cancel",
        "InvestigationService.Cancel",
        TenantQuery,
        CancelBody,
        Cancelled,
        202,
    ),
    Operation(
        "give_feedback",
        "POST",
        f"{ONE}/feedback",
        "Say whether the verdict was right",
        "feedback.give",
        "InvestigationService.GiveFeedback",
        TenantQuery,
        FeedbackBody,
        FeedbackGiven,
        201,
    ),
    *INCIDENT_OPERATIONS,
    *CONTROL_OPERATIONS,
    *APPROVAL_OPERATIONS,
    *SWITCH_OPERATIONS,
    *BUDGET_OPERATIONS,
    *DEAD_OPERATIONS,
)
BY_NAME = {row.name: row for row in OPERATIONS}
