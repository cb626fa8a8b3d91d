"""Domain `documents`: runbooks, post-mortems, pages."""

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class DocumentsRequest(DomainRequest):
    """`text` searches; `ids` reads these whole. A window restricts nothing: an old runbook counts too."""

    text: str = Field(default="", max_length=1000)
    ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class DocumentData(Message):
    """A document or the part of it that fits the question. `updated_at` in epoch seconds; a better fit scores more."""

    document_id: str
    title: str
    text: str = ""
    kind: str = ""
    services: list[str] = Field(default_factory=list)
    author: str = ""
    updated_at: float | None = None
    score: float | None = None
    url: str = ""


class DocumentsResponse(DomainResponse):
    """Domain `documents`, best first."""

    documents: list[DocumentData] = Field(default_factory=list)
