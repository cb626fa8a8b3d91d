"""Domain `objects`: business records, such as an order or a job, read by key or by kind."""

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse
from inquest.contracts.v1.evidence import Scalar


class ObjectsRequest(DomainRequest):
    """`kinds` are kinds of object as the configuration names them; `ids` are their keys."""

    kinds: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


class ObjectData(Message):
    """One record. `time` is its last change in epoch seconds, where it has one."""

    object_id: str
    kind: str
    service: str | None = None
    time: float | None = None
    attributes: dict[str, Scalar] = Field(default_factory=dict)
    url: str = ""


class ObjectsResponse(DomainResponse):
    """Domain `objects`, in order of kind, time and key."""

    objects: list[ObjectData] = Field(default_factory=list)
