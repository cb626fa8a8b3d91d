"""Calls through the gateway: the request, its outcome, and the record that each leaves."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from inquest.contracts.message import Id, Instant, Message, Window
from inquest.contracts.v1.budgets import LimitReached, Share

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
    "dashboards",
]
ErrorKind = Literal[
    "retryable",  # a fault that may pass: 5xx, a cut line
    "limited",  # asked too often; retry_after_s says when to come back, where the source says so
    "timeout",  # no answer in time; may be asked again
    "unreachable",  # no connection; may be asked again
    "auth",  # our credentials are refused, missing, or allow too little
    "not-found",  # what the configuration or the request names is not there
    "malformed",  # the answer is not what the interface documents, or too large
    "unsupported",  # the source works, and has nothing of the kind
]
"""Everything that can go wrong with a provider. Only the first four are worth asking again."""

Access = Literal["read", "write"]
ToolStatus = Literal["ok", "degraded", "unavailable", "refused", "failed"]


class Query(Message):
    """What to read, as it travels: the fields of all domains' requests. Empty tuples and texts mean no restriction.

    Each domain takes those of its own request model (`v1/domains`); one that it does not take is malformed.
    """

    window: Window
    baseline: Window | None = None
    services: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    text: str = ""
    rows_max: PositiveInt = 1_000_000
    cursor: str = Field(default="", max_length=4096)
    operation: str = ""
    ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    trace_ids: tuple[str, ...] = ()
    severity_min: str | None = None
    errors_only: bool = False
    duration_ms_min: float = 0
    step_s: int = 0
    repository: str = ""
    ref: str = ""
    path: str = ""
    environment: str = ""
    diffs: bool = True
    states: bool = True


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
    capability_id: Id | None = None  # for which the question is asked
    tokens: NonNegativeInt = 0  # that the caller spends with this call, beside what the provider reports
    tokens_max: PositiveInt | None = None
    call_s_max: PositiveInt | None = None
    shares: tuple[Share, ...] = ()
    access: Access = "read"  # a write is made by providers that are marked so, and never without an approval


class ToolAttempt(Message):
    """One provider that was tried."""

    provider: str
    status: Literal["ok", "failed", "timeout", "unhealthy"]
    duration_ms: float
    reason: str = ""
    error: ErrorKind | None = None
    retry_after_s: float = 0


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
    shared: bool = False  # read for another call that asked the same at most minutes before; `fetched_at` says when
    error: ErrorKind | None = None  # of the provider that was tried last, where none answered
    retry_after_s: float = 0
    truncated: bool = False
    next_cursor: str = ""
    tokens: int = 0  # declared by the caller, and reported by the provider
    limits_reached: tuple[LimitReached, ...] = ()
    rules: tuple[str, ...] = ()  # of the policy that refused the call, or providers of it
    approval_id: Id | None = None  # that a write needs, or used


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
    error: ErrorKind | None = None
    retry_after_s: float = 0
    truncated: bool = False
    shared: bool = False  # another call had just read the same: this one asked no provider
    query: Query | None = None  # what was asked, so that a recording can answer it again
    capability: str = ""
    tokens: int = 0
    limits_reached: tuple[LimitReached, ...] = ()
    access: Access = "read"
    rules: tuple[str, ...] = ()  # of the policy that refused the call, or providers of it
    approval_id: Id | None = None
