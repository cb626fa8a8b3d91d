"""The request and the response model of each domain of the gateway, one module per domain."""

from collections.abc import Mapping

from inquest.contracts.v1.domains.changes import (
    ChangeData,
    ChangesRequest,
    ChangesResponse,
    FlagData,
    FlagsRequest,
    FlagsResponse,
)
from inquest.contracts.v1.domains.chat import ChatMessageData, ChatRequest, ChatResponse
from inquest.contracts.v1.domains.code import CodeData, CodeRequest, CodeResponse
from inquest.contracts.v1.domains.dashboards import DashboardData, DashboardsRequest, DashboardsResponse, PanelData
from inquest.contracts.v1.domains.documents import DocumentData, DocumentsRequest, DocumentsResponse
from inquest.contracts.v1.domains.events import EventData, EventsRequest, EventsResponse
from inquest.contracts.v1.domains.logs import LogLevel, LogsRequest, LogsResponse, PatternData
from inquest.contracts.v1.domains.metrics import MetricsRequest, MetricsResponse, SeriesData
from inquest.contracts.v1.domains.objects import ObjectData, ObjectsRequest, ObjectsResponse
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse
from inquest.contracts.v1.domains.tickets import (
    CommentData,
    TicketData,
    TicketsRequest,
    TicketsResponse,
    TransitionData,
)
from inquest.contracts.v1.domains.topology import EdgeData, TopologyRequest, TopologyResponse
from inquest.contracts.v1.domains.traces import TracesRequest, TracesResponse
from inquest.contracts.v1.tools import Domain

REQUESTS: Mapping[Domain, type[DomainRequest]] = {
    "metrics": MetricsRequest,
    "logs": LogsRequest,
    "traces": TracesRequest,
    "changes": ChangesRequest,
    "flags": FlagsRequest,
    "tickets": TicketsRequest,
    "chat": ChatRequest,
    "events": EventsRequest,
    "code": CodeRequest,
    "documents": DocumentsRequest,
    "objects": ObjectsRequest,
    "topology": TopologyRequest,
    "dashboards": DashboardsRequest,
}
RESPONSES: Mapping[Domain, type[DomainResponse]] = {
    "metrics": MetricsResponse,
    "logs": LogsResponse,
    "traces": TracesResponse,
    "changes": ChangesResponse,
    "flags": FlagsResponse,
    "tickets": TicketsResponse,
    "chat": ChatResponse,
    "events": EventsResponse,
    "code": CodeResponse,
    "documents": DocumentsResponse,
    "objects": ObjectsResponse,
    "topology": TopologyResponse,
    "dashboards": DashboardsResponse,
}

__all__ = [
    "REQUESTS",
    "RESPONSES",
    "ChangeData",
    "ChangesRequest",
    "ChangesResponse",
    "ChatMessageData",
    "ChatRequest",
    "ChatResponse",
    "CodeData",
    "CodeRequest",
    "CodeResponse",
    "CommentData",
    "DashboardData",
    "DashboardsRequest",
    "DashboardsResponse",
    "DocumentData",
    "DocumentsRequest",
    "DocumentsResponse",
    "DomainRequest",
    "DomainResponse",
    "EdgeData",
    "EventData",
    "EventsRequest",
    "EventsResponse",
    "FlagData",
    "FlagsRequest",
    "FlagsResponse",
    "LogLevel",
    "LogsRequest",
    "LogsResponse",
    "MetricsRequest",
    "MetricsResponse",
    "ObjectData",
    "ObjectsRequest",
    "ObjectsResponse",
    "PanelData",
    "PatternData",
    "SeriesData",
    "TicketData",
    "TicketsRequest",
    "TicketsResponse",
    "TopologyRequest",
    "TopologyResponse",
    "TracesRequest",
    "TracesResponse",
    "TransitionData",
]
