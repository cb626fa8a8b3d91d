"""Domain `topology`: who calls whom."""

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class TopologyRequest(DomainRequest):
    """Edges that touch `services` on either side, seen in the window where the source knows time."""


class EdgeData(Message):
    """One service calls another. `calls` and `errors` count over the window, where the source counts."""

    caller: str
    callee: str
    kind: str = ""  # http, grpc, messaging, database, …
    calls: float | None = None
    errors: float | None = None


class TopologyResponse(DomainResponse):
    """Domain `topology`."""

    edges: list[EdgeData] = Field(default_factory=list)
