"""Domain `dashboards`: what people chose to watch, and with which expressions."""

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class DashboardsRequest(DomainRequest):
    """`text` searches titles and tags; `ids` reads these. A window restricts nothing."""

    text: str = Field(default="", max_length=1000)
    ids: tuple[str, ...] = ()


class PanelData(Message):
    """One panel with its expressions, in the language of its data source."""

    title: str
    kind: str = ""
    source: str = ""
    queries: list[str] = Field(default_factory=list)
    unit: str = ""


class DashboardData(Message):
    """One dashboard. `updated_at` in epoch seconds."""

    dashboard_id: str
    title: str
    folder: str = ""
    tags: list[str] = Field(default_factory=list)
    services: list[str] = Field(default_factory=list)
    panels: list[PanelData] = Field(default_factory=list)
    updated_at: float | None = None
    url: str = ""


class DashboardsResponse(DomainResponse):
    """Domain `dashboards`, in order of title."""

    dashboards: list[DashboardData] = Field(default_factory=list)
