"""Bodies, parameters and answers of the API. The HTTP document is generated from these models."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, model_validator

from inquest.contracts.latest import BudgetChoice, Id, InvestigationState, InvestigationSummary, Mode, Share
from inquest.contracts.redaction import redact
from inquest.contracts.v1.budgets import SHARES_MAX

WINDOW_DAYS_MAX = 7
SERVICES_MAX = 50
TEXT_CHARS_READ_MAX = 5_000  # what is longer is refused by its own limit


def _without_secrets(value: Any) -> Any:
    return redact(value[:TEXT_CHARS_READ_MAX]) if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(_without_secrets)]
"""What a person writes; it is stored and shown, so a secret that was pasted into it is taken out first."""


class Asked(BaseModel):
    """What a client sends: a field nobody knows is an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Answer(BaseModel):
    """What a client gets; fields are only added."""

    model_config = ConfigDict(frozen=True)


class TenantQuery(Asked):
    """The parameter of every operation."""

    tenant: Id | None = Field(default=None, description="One of the caller's tenants; absent: the token's own.")


class ListQuery(TenantQuery):
    """Which investigations to list."""

    state: tuple[InvestigationState, ...] = Field(default=(), description="Any of these; repeat the parameter.")
    service: str | None = Field(default=None, max_length=200, description="That the incident names.")
    since: AwareDatetime | None = Field(default=None, description="Opened at this time or later (RFC 3339).")
    until: AwareDatetime | None = Field(default=None, description="Opened before this time (RFC 3339).")
    text: str = Field(default="", max_length=500, description="Words that must all occur; best match first, one page.")
    page_size: int = Field(default=50, ge=1, le=500)
    page_token: str = Field(default="", max_length=500, description="`next_page_token` of the page before.")


class WatchQuery(TenantQuery):
    """Where to begin; the header Last-Event-ID goes before it."""

    after: int = Field(default=0, ge=0, le=2**63 - 1, description="Position after which to begin.")


class CapsBody(Asked):
    """Limits; what is left out is as without it."""

    calls_max: PositiveInt | None = Field(default=None, description="Calls to data sources.")
    bytes_max: PositiveInt | None = Field(default=None, description="Bytes of their answers.")
    tokens_max: PositiveInt | None = Field(default=None, description="Tokens that calls declare or report.")
    call_s_max: PositiveInt | None = Field(default=None, description="Time of all calls together, in seconds.")


class ShareBody(CapsBody):
    """Limits on one capability or one provider."""

    scope: Literal["capability", "provider"]
    name: Id

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.calls_max or self.bytes_max or self.tokens_max or self.call_s_max):
            raise ValueError(f"{self.scope} {self.name}: name a limit: calls_max, bytes_max, tokens_max or call_s_max")
        return self


class BudgetBody(CapsBody):
    """What an investigation may spend: a profile to start from, and single limits over it."""

    profile: Id | None = Field(default=None, description="fast, balanced, deep, custom, or one of the configuration's.")
    rounds_max: PositiveInt | None = None
    step_latency_ms_max: PositiveInt | None = None
    duration_s_max: PositiveInt | None = None
    shares: tuple[ShareBody, ...] = Field(default=(), max_length=SHARES_MAX)

    def choice(self) -> BudgetChoice:
        """Return it as it travels."""
        shares = tuple(Share(**share.model_dump()) for share in self.shares)
        return BudgetChoice(**self.model_dump(exclude={"shares"}), shares=shares)


class StartBody(Asked):
    """An investigation without a page."""

    services: tuple[str, ...] = Field(min_length=1, max_length=SERVICES_MAX, description="Where people see the fault.")
    start: AwareDatetime = Field(alias="from", description="Begin of the incident window (RFC 3339, with a zone).")
    end: AwareDatetime = Field(alias="to", description="End of the incident window.")
    mode: Mode | None = Field(default=None, description="Absent: that of the budget's profile, else balanced.")
    budget: BudgetBody | None = Field(default=None, description="Over the saved defaults, for this one alone.")
    title: Words = Field(default="", max_length=500)
    metric: str | None = Field(default=None, max_length=200, description="The measure that looks wrong.")
    baseline_start: AwareDatetime | None = Field(default=None, alias="baseline_from")
    baseline_end: AwareDatetime | None = Field(default=None, alias="baseline_to")
    idempotency_key: str = Field(
        default="", max_length=200, description="The same key starts one investigation; absent: from the rest."
    )

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError("to: must be after from")
        if (self.end - self.start).days >= WINDOW_DAYS_MAX:
            raise ValueError(f"to: the window may span {WINDOW_DAYS_MAX} days at most")
        if (self.baseline_start is None) != (self.baseline_end is None):
            raise ValueError("baseline_from: give baseline_from and baseline_to, or neither")
        if self.baseline_start and self.baseline_end and self.baseline_end <= self.baseline_start:
            raise ValueError("baseline_to: must be after baseline_from")
        if not all(name.strip() and len(name) <= 200 for name in self.services):
            raise ValueError("services: each name has 1 to 200 characters")
        return self


class CancelBody(Asked):
    """Why to stop."""

    reason: Words = Field(default="cancelled by a person", min_length=1, max_length=500)


class FeedbackBody(Asked):
    """Whether the verdict was right."""

    judgement: Literal["right", "wrong"]
    cause: Words | None = Field(default=None, max_length=1000, description="What it really was.")
    verdict_id: Id | None = Field(default=None, description="Absent: the verdict that stands.")
    idempotency_key: str = Field(default="", max_length=200, description="The same key is recorded once.")


class Investigations(Answer):
    """One page, newest first."""

    investigations: tuple[InvestigationSummary, ...]
    next_page_token: str = Field(default="", description="Empty on the last page.")


class Started(Answer):
    """The command is durable; the investigation appears as soon as the planner has taken it."""

    investigation_id: Id


class Cancelled(Answer):
    """The command is durable; an ended investigation stays as it is."""

    investigation_id: Id


class FeedbackGiven(Answer):
    """The feedback is durable."""

    feedback_id: Id


class Problem(Answer):
    """Every refusal and failure."""

    error: str = Field(description="A word that programs can compare, such as bad-request or not-found.")
    message: str = Field(description="What is wrong; names the field where one is.")
    hint: str = Field(description="What to do about it.")
    error_id: str = Field(default="", description="The log of the api service has the cause under this id.")
