"""Domain `events`: what a platform did or noticed, such as Kubernetes or a pager."""

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class EventsRequest(DomainRequest):
    """`kinds` are reasons, such as OOMKilling; `names` are objects, such as `pod/cart-7d4f`."""

    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class EventData(Message):
    """One event, or several alike. `time` is the first, `last_at` the last; epoch seconds."""

    time: float
    kind: str  # the reason: BackOff, OOMKilling, ScalingReplicaSet, annotation, …
    severity: str = ""
    service: str | None = None
    entity: str = ""  # the object it is about, kind/name
    namespace: str = ""
    node: str = ""
    message: str = ""
    count: int = 1
    last_at: float | None = None
    before: str = ""  # of a rollout or an image: what it was
    after: str = ""
    url: str = ""


class EventsResponse(DomainResponse):
    """Domain `events`, in order of time."""

    events: list[EventData] = Field(default_factory=list)
