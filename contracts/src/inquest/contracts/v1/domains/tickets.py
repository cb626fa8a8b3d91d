"""Domain `tickets`: issues, incidents of other tools, and how they went."""

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class TicketsRequest(DomainRequest):
    """Tickets created or updated in the window; `ids` reads these keys whenever they changed. `kinds` are types."""

    text: str = Field(default="", max_length=1000)
    ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class CommentData(Message):
    """What somebody wrote on a ticket. `time` in epoch seconds."""

    time: float
    author: str = ""
    text: str = ""


class TransitionData(Message):
    """One entry of a ticket's history: a field went from `before` to `after`. `time` in epoch seconds."""

    time: float
    field: str
    before: str = ""
    after: str = ""
    author: str = ""


class TicketData(Message):
    """One ticket. Times in epoch seconds."""

    ticket_id: str
    title: str
    kind: str = ""
    status: str = ""
    priority: str = ""
    services: list[str] = Field(default_factory=list)
    created_at: float
    updated_at: float | None = None
    resolved_at: float | None = None
    author: str = ""
    assignee: str = ""
    text: str = ""
    labels: list[str] = Field(default_factory=list)
    links: list[str] = Field(default_factory=list)  # keys of other tickets
    comments: list[CommentData] = Field(default_factory=list)
    transitions: list[TransitionData] = Field(default_factory=list)
    url: str = ""


class TicketsResponse(DomainResponse):
    """Domain `tickets`, in order of creation."""

    tickets: list[TicketData] = Field(default_factory=list)
