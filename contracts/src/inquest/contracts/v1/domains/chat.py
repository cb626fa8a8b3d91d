"""Domain `chat`: what people said."""

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class ChatRequest(DomainRequest):
    """`names` are channels; `ids` are threads to read whole; `text` searches."""

    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    text: str = Field(default="", max_length=1000)


class ChatMessageData(Message):
    """One message. `time` in epoch seconds; `thread_id` is empty outside a thread."""

    time: float
    message_id: str
    channel: str
    thread_id: str = ""
    author: str = ""
    text: str = ""
    is_bot: bool = False
    url: str = ""


class ChatResponse(DomainResponse):
    """Domain `chat`, in order of time."""

    messages: list[ChatMessageData] = Field(default_factory=list)
