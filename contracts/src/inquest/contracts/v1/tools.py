"""Calls through the gateway: the request, its outcome, and the record that each leaves."""

from typing import Literal

from pydantic import Field, PositiveInt

from inquest.contracts.message import Id, Instant, Message, Window

Domain = Literal[
    "metrics",
    "logs",
    "traces",
    "changes",
    "flags",
    "tickets",
    "chat",
    "events",
    "code",
    "documents",
    "objects",
    "topology",
]
ToolStatus = Literal["ok", "degraded", "unavailable", "refused", "failed"]


class Query(Message):
    """What to read. Empty tuples mean no restriction."""

    window: Window
    baseline: Window | None = None
    services: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    text: str = ""
    rows_max: PositiveInt = 1_000_000


class ToolRequest(Message):
    """A worker asks a domain a question; the gateway chooses the provider."""

    tenant: Id
    investigation_id: Id
    step_id: Id
    domain: Domain
    query: Query
    timeout_ms: PositiveInt = 10_000
    calls_max: PositiveInt = 60
    bytes_max: PositiveInt = 512 * 1024 * 1024


class ToolAttempt(Message):
    """One provider that was tried."""

    provider: str
    status: Literal["ok", "failed", "timeout", "unhealthy"]
    duration_ms: float
    reason: str = ""


class ToolResult(Message):
    """The outcome of one call. The payload is the domain's response model as JSON, zlib-compressed, base64.

    Payloads over the inline limit lie in the object store under `payload_ref`, in the same compressed form.
    """

    call_id: Id
    domain: Domain
    status: ToolStatus
    interface: str = ""
    provider: str | None = None
    reason: str = ""
    query_text: str = ""  # what was asked, in the provider's own language
    fetched_at: Instant | None = None
    payload_sha256: str = ""
    payload_ref: str | None = None
    payload_inline: str | None = None
    size_bytes: int = 0
    duration_ms: float = 0
    attempts: tuple[ToolAttempt, ...] = ()
    problems: tuple[str, ...] = ()  # what the provider could not read, with file and line where there is one
    repeated: bool = False  # a read in flight when a gateway died was done again
    recorded: bool = False  # answered from the journal


class ToolCall(Message):
    """The record that every call leaves, whatever its outcome."""

    call_id: Id
    tenant: Id
    investigation_id: Id
    step_id: Id
    domain: Domain
    status: ToolStatus
    interface: str = ""
    provider: str | None = None
    query_text: str = ""
    reason: str = ""
    attempts: tuple[ToolAttempt, ...] = ()
    size_bytes: int = 0
    payload_sha256: str = ""
    payload_ref: str | None = None
    duration_ms: float = 0
    repeated: bool = False
    called_at: Instant
    labels: dict[str, str] = Field(default_factory=dict)
