"""The event-sourced investigation, and the tasks it plans."""

from typing import Literal

from pydantic import Field, PositiveInt

from inquest.contracts.message import Id, Instant, Message, Window
from inquest.contracts.v1.budgets import BudgetChoice, LimitReached, Share
from inquest.contracts.v1.verdict import Band

Mode = Literal["fast", "balanced", "deep", "custom"]
Priority = Literal["critical", "normal"]
InvestigationState = Literal["planned", "running", "concluded", "escalated", "cancelled", "timed-out"]
EventType = Literal["opened", "step-planned", "step-finished", "round-closed", "concluded", "cancelled", "timed-out"]


class Limits(Message):
    """What one investigation may spend."""

    calls_max: PositiveInt = 60
    bytes_max: PositiveInt = 512 * 1024 * 1024
    rounds_max: PositiveInt = 2
    step_latency_ms_max: PositiveInt = 20_000
    duration_s_max: PositiveInt = 120
    tokens_max: PositiveInt | None = None
    call_s_max: PositiveInt | None = None  # time of all calls, side by side or not


class Focus(Message):
    """What the investigation looks at first."""

    services: tuple[str, ...] = ()
    metric: str | None = None
    fired_at: Instant | None = None
    text: str = ""
    entities: tuple[str, ...] = ()  # candidates that a later round asks about


class CapabilityTask(Message):
    """One step: a business capability to exercise over a window, never a vendor to call."""

    step_id: Id
    tenant: Id
    investigation_id: Id
    capability_id: Id
    priority: Priority = "normal"
    round: PositiveInt = 1
    required_outputs: tuple[str, ...] = ()
    quality_threshold: float = Field(default=0.0, ge=0, le=1)
    max_latency_ms: PositiveInt = 20_000
    window: Window
    baseline: Window | None = None
    focus: Focus = Focus()
    limits: Limits = Limits()
    shares: tuple[Share, ...] = ()  # of single capabilities and providers


class Opened(Message):
    """Number 1 of every investigation."""

    incident_id: Id
    title: str
    mode: Mode
    priority: Priority
    limits: Limits
    focus: Focus
    window: Window
    baseline: Window | None = None
    config_revision: int = 0
    capabilities: tuple[Id, ...] = ()
    requested_by: str = "bus"
    profile: str = ""  # that the limits started from; empty: those of the mode
    limits_from: dict[str, str] = Field(default_factory=dict)  # who set each limit that is not the mode's own
    shares: tuple[Share, ...] = ()


class StepPlanned(Message):
    """A decision; the dispatcher projects it into a command."""

    task: CapabilityTask


class StepRecorded(Message):
    """A step has finished, with what it listed."""

    step_id: Id
    capability: Id
    status: Literal["succeeded", "partial", "failed"]
    evidence_ids: tuple[Id, ...] = ()
    calls: int = 0
    bytes_read: int = 0
    tokens: int = 0
    call_ms: float = 0
    limits_reached: tuple[LimitReached, ...] = ()


class RoundClosed(Message):
    """No more steps are awaited in this round; the verifier folds what these steps listed."""

    round: PositiveInt
    step_ids: tuple[Id, ...]
    missing: tuple[Id, ...] = ()  # capabilities whose step did not finish in time
    reason: Literal["all-finished", "deadline"]
    stopped_by: tuple[LimitReached, ...] = ()  # the time of the whole investigation was up


class Concluded(Message):
    """The planner accepts a verdict; only this makes it the answer."""

    verdict_id: Id
    revision: int
    band: Band
    confidence: float
    summary: str
    stopped_by: tuple[LimitReached, ...] = ()  # the limits that kept it from looking further


class Ended(Message):
    """Why an investigation was cancelled or timed out."""

    reason: str
    by: str = "planner"


class InvestigationRecorded(Message):
    """One event of the aggregate; numbers are gap-free from 1. Exactly the field named by `type` is set."""

    investigation_id: Id
    tenant: Id
    number: PositiveInt
    type: EventType
    version: PositiveInt = 1
    at: Instant
    opened: Opened | None = None
    step_planned: StepPlanned | None = None
    step_finished: StepRecorded | None = None
    round_closed: RoundClosed | None = None
    concluded: Concluded | None = None
    cancelled: Ended | None = None
    timed_out: Ended | None = None

    @property
    def is_remnant(self) -> bool:
        """Whether a history that begins with this is what archiving left: its end, so that nobody opens it anew."""
        return self.number > 1 and self.type in ("concluded", "cancelled", "timed-out")


class DeadlineReached(Message):
    """A timer fired on the server. It is believed, never compared with a local clock."""

    tenant: Id
    investigation_id: Id
    timer: Literal["round", "investigation"]
    round: PositiveInt = 1
    due_at: Instant


class StartInvestigation(Message):
    """A person asks for an investigation, without a page."""

    tenant: Id
    investigation_id: Id
    title: str = Field(min_length=1, max_length=500)
    mode: Mode = "balanced"
    focus: Focus
    window: Window
    baseline: Window | None = None
    requested_by: str
    mode_given: bool = True  # False: the budget's profile may choose another mode
    budget: BudgetChoice | None = None  # None: the limits of the mode


class CancelInvestigation(Message):
    """A person asks to stop."""

    tenant: Id
    investigation_id: Id
    reason: str = Field(default="cancelled by a person", max_length=500)
    requested_by: str
