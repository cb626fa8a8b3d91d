"""Ranked hypotheses and the verdict."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message
from inquest.contracts.v1.budgets import LimitReached
from inquest.contracts.v1.evidence import Coverage, ProviderSpend

CauseKind = Literal[
    "change",
    "dependency",
    "resource",
    "traffic",
    "config",
    "data",
    "infrastructure",
    "external",
    "unknown",
]
Remediation = Literal[
    "rollback",
    "roll-forward",
    "config-revert",
    "flag-disable",
    "scale",
    "restart",
    "failover",
    "reschedule",
    "rotate-credential",
    "purge-data",
    "escalate-upstream",
    "none",
]
Band = Literal["proven", "likely", "possible", "undetermined"]


class Cause(Message):
    """What is blamed."""

    kind: CauseKind
    entity: str
    change_ref: str | None = None


class Hypothesis(Message):
    """One candidate cause with what speaks for and against it."""

    cause: Cause
    mechanism: str
    confidence: float = Field(ge=0, le=1)
    support: tuple[Id, ...] = ()
    against: tuple[Id, ...] = ()
    refuting_query: str = ""
    contributions: dict[str, float] = Field(default_factory=dict)  # log-odds by term


class Symptom(Message):
    """The earliest sign that something was wrong."""

    evidence_id: Id
    entity: str
    statement: str
    onset_at: Instant


class CapabilitySpend(Message):
    """What the steps of one capability used, in all rounds."""

    capability: Id
    calls: int = 0
    bytes_read: int = 0
    provider_ms: float = 0
    tokens: int = 0
    call_ms: float = 0


class Spend(Message):
    """What the investigation used. `call_ms` is the time of all calls; `provider_ms` that of each step's longest."""

    calls: int = 0
    bytes_read: int = 0
    tokens: int = 0
    repeated_calls: int = 0
    provider_ms: float = 0
    by_capability: tuple[CapabilitySpend, ...] = ()  # sorted by name
    call_ms: float = 0
    by_provider: tuple[ProviderSpend, ...] = ()  # sorted by name


class Timings(Message):
    """Where the time of the round went, in milliseconds."""

    provider_ms: float = 0
    analysis_ms: float = 0
    steps_wall_ms: float = 0
    fold_ms: float = 0


class Verdict(Message):
    """The answer of one round. A later round or late evidence adds a revision."""

    verdict_id: Id
    tenant: Id
    investigation_id: Id
    incident_id: Id
    revision: int = Field(ge=1)
    round: int = Field(ge=1)
    reached_at: Instant
    headline: str  # the cause in one sentence
    band: Band
    confidence: float = Field(ge=0, le=1)
    hypotheses: tuple[Hypothesis, ...] = ()
    first_failing_service: str | None = None
    first_sign: Symptom | None = None
    blast_radius: tuple[str, ...] = ()
    remediation: Remediation = "none"
    coverage: tuple[Coverage, ...] = ()
    ceilings: tuple[str, ...] = ()  # rules that lowered the band, each in one sentence
    open_questions: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    evidence_ids: tuple[Id, ...] = ()
    spend: Spend = Spend()
    timings: Timings = Timings()
    stopped_by: tuple[LimitReached, ...] = ()  # limits that were reached before this round was over
