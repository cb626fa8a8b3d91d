"""How many investigations pages may open: budgets, what is kept for whom, and how the rest waits."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from inquest.config.section import Name, Section
from inquest.contracts.v1.signal import Severity

Measure = Literal["running", "per_hour", "per_day"]
Share = Annotated[float, Field(ge=0, lt=1)]


class Budget(Section):
    """How many investigations may run at once, and begin in one hour and one day of UTC."""

    running: PositiveInt = 12
    per_hour: PositiveInt = 120
    per_day: PositiveInt = 1000

    def of(self, measure: Measure) -> int:
        """Return one of the limits."""
        return int(getattr(self, measure))


class CriticalBudget(Budget):
    """The same, for critical investigations alone."""

    running: PositiveInt = 24
    per_day: PositiveInt = 600


class BudgetCap(Section):
    """A lower budget of one source or one severity; what is not written has no limit of its own, 0 means never."""

    running: NonNegativeInt | None = None
    per_hour: NonNegativeInt | None = None
    per_day: NonNegativeInt | None = None

    def of(self, measure: Measure) -> int | None:
        """Return one of the limits, or None."""
        found: int | None = getattr(self, measure)
        return found


class AdmissionConfig(Section):
    """How many investigations pages may open, and in which order those that must wait are taken."""

    budget: Budget = Field(default=Budget(), description="All investigations of the tenant below critical.")
    critical: CriticalBudget = Field(
        default=CriticalBudget(),
        description="The ceiling of critical investigations, on top of `budget`: they never wait for the others.",
    )
    reserved: dict[Severity, Share] = Field(
        default={"high": 0.3, "medium": 0.15, "low": 0.05},
        description="Share of `budget` that is kept for one severity, rounded down. Critical has its own budget.",
    )
    source_share: float = Field(
        default=0.75,
        gt=0,
        le=1,
        description="Share of `budget` and of `critical` that one source may take, where there are several.",
    )
    sources: dict[Name, BudgetCap] = Field(
        default_factory=dict, description="Own limits of a source, below critical; they replace its share."
    )
    severities: dict[Severity, BudgetCap] = Field(
        default={"info": BudgetCap(running=2, per_hour=10, per_day=50)},
        description="Own limits of a severity.",
    )
    waiting_max: int = Field(
        default=200, ge=1, le=1000, description="Incidents that may wait; more are refused, the least urgent first."
    )
    wait_s_max: PositiveInt = Field(
        default=4 * 3600, description="Longest wait; what would have to wait longer is refused at once."
    )
    aging_s: PositiveInt = Field(
        default=900, description="Waiting this long lifts an incident by one priority, so that nothing waits for ever."
    )

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if "critical" in self.reserved or "critical" in self.severities:
            raise ValueError("critical has its own budget, `critical`: reserved and severities are for the others")
        if sum(self.reserved.values()) >= 1:
            raise ValueError("reserved: the shares must leave something for all (their sum must be below 1)")
        return self

    def kept(self, measure: Measure) -> Mapping[Severity, int]:
        """Return how many of the budget are kept for each severity."""
        return {severity: math.floor(self.budget.of(measure) * share) for severity, share in self.reserved.items()}

    def cap(self, source: str, measure: Measure, *, critical: bool) -> int:
        """Return the most that one source may take, of the budget or of the critical one."""
        whole = (self.critical if critical else self.budget).of(measure)
        own = self.sources.get(source, BudgetCap()).of(measure)
        if own is not None and not critical:
            return min(own, whole)
        return max(1, math.floor(whole * self.source_share))
