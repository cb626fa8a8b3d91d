"""What may be spent, what was chosen about it, and which limit was reached."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveInt, StringConstraints

from inquest.contracts.message import Id, Instant, Message

SAVED_MAX = 1_000  # defaults of users and teams, per tenant
SHARES_MAX = 50  # limits on single capabilities and providers, per budget
LimitName = Literal["calls", "bytes", "tokens", "call-time", "duration"]
BudgetLevel = Literal["user", "team"]
Person = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Share(Message):
    """What one capability or one provider may spend of an investigation. None: no limit of its own."""

    scope: Literal["capability", "provider"]
    name: Id
    calls_max: PositiveInt | None = None
    bytes_max: PositiveInt | None = None
    tokens_max: PositiveInt | None = None
    call_s_max: PositiveInt | None = None


class BudgetChoice(Message):
    """What somebody chose: a profile to start from, and single limits over it. None: as without it."""

    profile: Id | None = None
    calls_max: PositiveInt | None = None
    bytes_max: PositiveInt | None = None
    tokens_max: PositiveInt | None = None
    call_s_max: PositiveInt | None = None
    rounds_max: PositiveInt | None = None
    step_latency_ms_max: PositiveInt | None = None
    duration_s_max: PositiveInt | None = None
    shares: tuple[Share, ...] = Field(default=(), max_length=SHARES_MAX)


class SavedBudget(Message):
    """The default of one user or team."""

    level: BudgetLevel
    name: Person
    budget: BudgetChoice
    by: str
    at: Instant


class SavedBudgets(Message):
    """All saved defaults of one tenant."""

    saved: tuple[SavedBudget, ...] = Field(default=(), max_length=SAVED_MAX)

    def of(self, level: BudgetLevel, name: str) -> SavedBudget | None:
        """Return the default of a user or team, or None."""
        return next((one for one in self.saved if (one.level, one.name) == (level, name)), None)


class LimitReached(Message):
    """A limit that was reached. `spent` and `limit` are calls, bytes, tokens or seconds, as `what` says.

    Attributes:
        scope: whose limit: of the run, of one capability or provider (`name`), or of the tenant.
        window: over which time, where not over the run.
        name: of the capability or provider; beside scope `tenant` what of it is limited, such as `provider loki`.
    """

    scope: Literal["run", "capability", "provider", "tenant"]
    what: LimitName
    spent: NonNegativeFloat
    limit: NonNegativeFloat
    name: str = ""
    window: Literal["", "hour", "day"] = ""
