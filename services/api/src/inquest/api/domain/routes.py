"""The table of HTTP operations. Routes and the OpenAPI document are both made from it. Pure."""

from dataclasses import dataclass

from inquest.api.domain.requests import (
    Answer,
    Asked,
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
from inquest.contracts.latest import InvestigationStory, Message

ONE = "/v1/investigations/{investigation_id}"
ALL = "/v1/investigations"


@dataclass(frozen=True, slots=True)
class Operation:
    """One row.

    Attributes:
        name: operationId, and the name of the endpoint that serves it.
        method: GET or POST.
        path: with `{investigation_id}`.
        summary: one line.
        role: the least role that may.
        query: model of the query parameters.
        body: model of the JSON body, or None.
        answer: model of the JSON answer; None for an event stream.
        status: of success.
    """

    name: str
    method: str
    path: str
    summary: str
    role: str
    query: type[Asked]
    body: type[Asked] | None
    answer: type[Answer] | type[Message] | None
    status: int = 200


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_investigations", "GET", ALL, "Investigations, newest first", "viewer", ListQuery, None, Investigations
    ),
    Operation(
        "start_investigation",
        "POST",
        ALL,
        "Investigate without a page",
        "responder",
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
        "viewer",
        TenantQuery,
        None,
        InvestigationStory,
    ),
    Operation(
        "watch_investigation",
        "GET",
        f"{ONE}/events",
        "What happens, as server-sent events; an id that nobody knows yet is waited for",
        "viewer",
        WatchQuery,
        None,
        None,
    ),
    Operation(
        "cancel_investigation",
        "POST",
        f"{ONE}/cancel",
        "Stop an investigation",
        "responder",
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
        "responder",
        TenantQuery,
        FeedbackBody,
        FeedbackGiven,
        201,
    ),
)
