"""What was found, how, and what could not be looked at."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message, Window
from inquest.contracts.v1.budgets import LimitReached

EvidenceKind = Literal[
    "metric",
    "log",
    "trace",
    "change",
    "ticket",
    "chat",
    "flag",
    "event",
    "code",
    "document",
    "injection-attempt",
]
CoverageStatus = Literal["looked", "degraded", "skipped", "failed"]
StepStatus = Literal["succeeded", "partial", "failed"]
Scalar = bool | float | str


class Provenance(Message):
    """Where a piece of evidence came from, so that a person can fetch it again."""

    interface: str
    provider: str
    query: str
    fetched_at: Instant
    payload_sha256: str
    payload_ref: str | None = None
    size_bytes: int = 0


class Lineage(Message):
    """The code and owner behind an entity, where known."""

    service: str | None = None
    repository: str | None = None
    commit: str | None = None


class Evidence(Message):
    """One finding. Its id is a hash of what was found, without fetch time, latency or provider."""

    evidence_id: Id
    tenant: Id
    investigation_id: Id
    step_id: Id
    capability: Id
    kind: EvidenceKind
    entity: str
    statement: str  # one sentence with its numbers
    window: Window
    onset_at: Instant | None = None
    strength: float = Field(ge=0, le=1)
    features: dict[str, Scalar] = Field(default_factory=dict)
    provenance: Provenance
    lineage: Lineage = Lineage()


class Coverage(Message):
    """Whether one interface was looked at, and why not or not fully."""

    capability: Id
    interface: str
    provider: str | None = None
    status: CoverageStatus
    reason: str = ""


class ProviderSpend(Message):
    """What calls to one provider used. A call that tried two providers counts for both."""

    provider: str
    calls: int = 0
    bytes_read: int = 0
    tokens: int = 0
    call_ms: float = 0


class StepFinished(Message):
    """The outcome of a step: the last message of its atomic batch in EVIDENCE."""

    step_id: Id
    tenant: Id
    investigation_id: Id
    capability: Id
    status: StepStatus
    evidence_ids: tuple[Id, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    losses: tuple[str, ...] = ()  # plain sentences: what the analysis could not use
    calls: int = 0
    bytes_read: int = 0
    provider_ms: float = 0
    analysis_ms: float = 0
    wall_ms: float = 0
    finished_at: Instant
    reason: str = ""  # why it failed or is partial
    entities: tuple[str, ...] = ()  # that told of themselves in what was read: who is silent shows beside them
    tokens: int = 0
    call_ms: float = 0  # time of all calls, side by side or not; `provider_ms` is that of the longest
    by_provider: tuple[ProviderSpend, ...] = ()  # sorted by name
    limits_reached: tuple[LimitReached, ...] = ()  # calls that were refused, or providers that were left out, by these
